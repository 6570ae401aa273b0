package dev.hairpin.examples.incidents;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** All incidents that the model plays. */
public final class Incidents {
  private static final List<Incident> ALL = collected();

  private Incidents() {}

  private static List<Incident> collected() {
    List<Incident> all = new ArrayList<>();
    all.addAll(EnvironmentIncidents.all());
    all.addAll(AllocationIncidents.all());
    all.addAll(EndpointIncidents.all());
    all.addAll(BalancingIncidents.all());
    all.addAll(PolicyIncidents.all());
    all.addAll(CapacityIncidents.services());
    all.addAll(CapacityIncidents.others());
    all.addAll(DnsIncidents.all());
    all.addAll(CapacityIncidents.names());
    all.addAll(ControllerIncidents.all());
    all.addAll(TargetIncidents.all());
    all.addAll(CapacityIncidents.addressesAndCost());
    all.addAll(NodeIncidents.services());
    all.addAll(NodeIncidents.balancers());
    all.addAll(NodeIncidents.addresses());
    all.sort(Comparator.comparing(Incident::area).thenComparing(Incident::id));
    return List.copyOf(all);
  }

  /**
   * All incidents, by area.
   *
   * @return the incidents
   */
  public static List<Incident> all() {
    return ALL;
  }

  /**
   * Finds an incident.
   *
   * @param id its id, or the first letters of it that no other has, such as {@code svc-01}
   * @return the incident
   */
  public static Optional<Incident> find(String id) {
    List<Incident> found =
        ALL.stream().filter(i -> i.id().equals(id) || i.id().startsWith(id)).toList();
    return found.stream()
        .filter(i -> i.id().equals(id))
        .findFirst()
        .or(() -> found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty());
  }
}
