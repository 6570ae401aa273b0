package dev.hairpin.dns.rewrite;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.ResourceRecord;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Rules that change the names in records. */
final class TargetRules {
  private TargetRules() {}

  /** Changes owners. */
  static ResponseRule owner(UnaryOperator<String> change) {
    return new ResponseRule() {
      @Override
      public ResourceRecord change(ResourceRecord record) {
        return changed(record.name(), change).map(record::withName).orElse(record);
      }
    };
  }

  /** Changes the names that records point to. */
  static ResponseRule value(UnaryOperator<String> change) {
    return new ResponseRule() {
      @Override
      public ResourceRecord change(ResourceRecord record) {
        RecordData data = data(record.data(), change);
        return data == record.data() ? record : record.withData(data);
      }
    };
  }

  private static Optional<DnsName> changed(DnsName name, UnaryOperator<String> change) {
    String before = name.toString();
    String after = change.apply(before);
    return after.equals(before) ? Optional.empty() : DnsName.tryParse(after);
  }

  @SuppressWarnings("ReferenceEquality") // the same object says that nothing changed
  private static RecordData data(RecordData data, UnaryOperator<String> change) {
    if (data instanceof RecordData.Srv d) {
      return changed(d.target(), change)
          .<RecordData>map(n -> new RecordData.Srv(d.priority(), d.weight(), d.port(), n))
          .orElse(d);
    } else if (data instanceof RecordData.Mx d) {
      return changed(d.exchange(), change)
          .<RecordData>map(n -> new RecordData.Mx(d.preference(), n))
          .orElse(d);
    } else if (data instanceof RecordData.Cname d) {
      return changed(d.target(), change).<RecordData>map(RecordData.Cname::new).orElse(d);
    } else if (data instanceof RecordData.Ns d) {
      return changed(d.host(), change).<RecordData>map(RecordData.Ns::new).orElse(d);
    } else if (data instanceof RecordData.Dname d) {
      return changed(d.target(), change).<RecordData>map(RecordData.Dname::new).orElse(d);
    } else if (data instanceof RecordData.Ptr d) {
      return changed(d.target(), change).<RecordData>map(RecordData.Ptr::new).orElse(d);
    } else if (data instanceof RecordData.Naptr d) {
      return changed(d.replacement(), change)
          .<RecordData>map(n -> new RecordData.Naptr(
              d.order(), d.preference(), d.flags(), d.service(), d.regexp(), n))
          .orElse(d);
    } else if (data instanceof RecordData.Soa d) {
      return changed(d.primary(), change)
          .<RecordData>map(n -> new RecordData.Soa(
              n, d.mailbox(), d.serial(), d.refresh(), d.retry(), d.expire(), d.minimum()))
          .orElse(d);
    }
    return data;
  }
}
