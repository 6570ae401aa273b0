package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.EndpointSubset;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.ObjectReference;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.Collections;
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
   * Where an endpoint is published.
   *
   * @param slice the slice that holds it
   * @param index its place there
   */
  record Place(EndpointSlice slice, int index) {
    Endpoint endpoint() {
      return slice.endpoints().get(index);
    }

    /** The slice with another endpoint in this place. */
    SliceDraft with(Endpoint fresh) {
      SliceDraft draft = SliceDraft.of(slice);
      draft.endpoints().set(index, fresh);
      return draft;
    }
  }

  /**
   * Finds an endpoint in the slices of its Service.
   *
   * <p>First by the object itself, which is there unless it was given hints or the slice came from
   * elsewhere: that looks at lists and not at the endpoints in them, of which each lies in several
   * lines of memory that in a large cluster are in no cache.
   *
   * @param published the endpoint as it was last worked out
   * @return its place; null if no slice holds it
   */
  @SuppressWarnings("ReferenceEquality") // equal ones are looked for after that
  static @Nullable Place find(List<EndpointSlice> slices, Endpoint published) {
    for (EndpointSlice slice : slices) {
      List<Endpoint> endpoints = slice.endpoints();
      for (int i = 0; i < endpoints.size(); i++) {
        if (endpoints.get(i) == published) {
          return new Place(slice, i);
        }
      }
    }
    EndpointId id = EndpointId.of(published);
    for (EndpointSlice slice : slices) {
      List<Endpoint> endpoints = slice.endpoints();
      for (int i = 0; i < endpoints.size(); i++) {
        ObjectReference target = endpoints.get(i).targetRef();
        if (target != null
            && target.name().equals(id.name())
            && EndpointId.of(endpoints.get(i)).equals(id)) {
          return new Place(slice, i);
        }
      }
    }
    return null;
  }

  /**
   * The Endpoints with a pod's address among the ready or among the others.
   *
   * @param address the address as the Endpoints hold it
   */
  static Endpoints move(Endpoints endpoints, EndpointAddress address, boolean ready) {
    List<EndpointSubset> subsets = new ArrayList<>(endpoints.subsets().size());
    for (EndpointSubset subset : endpoints.subsets()) {
      List<EndpointAddress> from = ready ? subset.notReadyAddresses() : subset.addresses();
      List<EndpointAddress> to = ready ? subset.addresses() : subset.notReadyAddresses();
      // both are in this order, as the packing left them; so few of them are looked at
      int at = Collections.binarySearch(from, address, SubsetPacking.BY_IP);
      if (at < 0) {
        subsets.add(subset);
        continue;
      }
      List<EndpointAddress> left = new ArrayList<>(from);
      List<EndpointAddress> joined = new ArrayList<>(to);
      int place = -1 - Collections.binarySearch(to, address, SubsetPacking.BY_IP);
      joined.add(place, left.remove(at));
      subsets.add(
          ready
              ? new EndpointSubset(joined, left, subset.ports())
              : new EndpointSubset(left, joined, subset.ports()));
    }
    return new Endpoints(endpoints.metadata(), subsets);
  }
}
