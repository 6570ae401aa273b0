package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.EndpointSubset;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.Pod;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commonest change of all, a pod that becomes ready or ceases to be, done without looking at
 * the Service's other pods.
 *
 * <p>An endpoint that keeps its identity and its ports stays in its slice, where the reconciler
 * would put it, too; its address stays in its subsets, because which ports share a subset follows
 * from who has them, not from who is ready. A property of the tests holds both ways of working to
 * the same result.
 */
final class InPlaceChange {
  private InPlaceChange() {}

  /** Whether a difference is one that can be made in place. */
  static boolean isPossible(ServiceMembers.Difference difference, boolean publishesNotReady) {
    ServiceMembers.@Nullable Member before = difference.before();
    ServiceMembers.@Nullable Member after = difference.after();
    if (before == null
        || after == null
        || !before.group().equals(after.group())
        || !before.endpoints().keySet().equals(after.endpoints().keySet())
        || !before.pod().podIps().equals(after.pod().podIps())
        || !before.pod().metadata().uid().equals(after.pod().metadata().uid())
        || !before.pod().spec().nodeName().equals(after.pod().spec().nodeName())
        || (before.pod().isTerminating() != after.pod().isTerminating() && !publishesNotReady)) {
      return false;
    }
    for (IpFamily family : before.endpoints().keySet()) {
      Endpoint old = before.endpoints().get(family);
      Endpoint fresh = after.endpoints().get(family);
      if (old == null || fresh == null || !EndpointId.of(old).equals(EndpointId.of(fresh))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The slice with one endpoint replaced.
   *
   * @return the changed draft; null if the slice does not hold the endpoint
   */
  static @Nullable SliceDraft replace(EndpointSlice slice, Endpoint fresh) {
    List<Endpoint> endpoints = slice.endpoints();
    EndpointId id = EndpointId.of(fresh);
    String name = id.name();
    for (int i = 0; i < endpoints.size(); i++) {
      Endpoint old = endpoints.get(i);
      if (old.targetRef() != null
          && old.targetRef().name().equals(name)
          && EndpointId.of(old).equals(id)) {
        SliceDraft draft = SliceDraft.of(slice);
        draft.endpoints().set(i, fresh);
        return draft;
      }
    }
    return null;
  }

  /** The Endpoints with a pod's address among the ready or among the others. */
  static Endpoints move(Endpoints endpoints, Pod pod, boolean ready) {
    List<EndpointSubset> subsets = new ArrayList<>(endpoints.subsets().size());
    for (EndpointSubset subset : endpoints.subsets()) {
      List<EndpointAddress> from = ready ? subset.notReadyAddresses() : subset.addresses();
      int at = indexOf(from, pod.metadata().uid());
      if (at < 0) {
        subsets.add(subset);
        continue;
      }
      List<EndpointAddress> left = new ArrayList<>(from);
      EndpointAddress address = left.remove(at);
      List<EndpointAddress> joined =
          new ArrayList<>(ready ? subset.addresses() : subset.notReadyAddresses());
      int to = 0;
      while (to < joined.size() && SubsetPacking.BY_IP.compare(joined.get(to), address) < 0) {
        to++;
      }
      joined.add(to, address);
      subsets.add(
          ready
              ? new EndpointSubset(joined, left, subset.ports())
              : new EndpointSubset(left, joined, subset.ports()));
    }
    return new Endpoints(endpoints.metadata(), subsets);
  }

  private static int indexOf(List<EndpointAddress> addresses, String uid) {
    for (int i = 0; i < addresses.size(); i++) {
      EndpointAddress address = addresses.get(i);
      if (address.targetRef() != null && address.targetRef().uid().equals(uid)) {
        return i;
      }
    }
    return -1;
  }
}
