package dev.hairpin;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.path.addon.AddOn;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is installed in a cluster.
 *
 * <p>In a fork, an add-on that begins anew waits until the fork is first changed or asked, or its
 * time moves: until then nobody could see a difference. Not thread-safe.
 */
final class AddOns {

  /** One add-on, and what runs of it; null while it waits. */
  private static final class Installed {
    private final AddOn addOn;
    private AddOn.@Nullable Component running;

    Installed(AddOn addOn, AddOn.@Nullable Component running) {
      this.addOn = addOn;
      this.running = running;
    }
  }

  private final ClusterState state;
  private final Consumer<AddOn.Component> began;
  private final List<Installed> installed = new ArrayList<>();
  private final List<AddOn.Component> components = new ArrayList<>();
  private final List<AddOn.Component> view = new View();
  private boolean waiting;

  /** @param began is told of every component that begins to run */
  AddOns(ClusterState state, Consumer<AddOn.Component> began) {
    this.state = state;
    this.began = began;
  }

  void install(AddOn addOn) {
    if (installed.stream().anyMatch(i -> i.addOn.name().equals(addOn.name()))) {
      throw new IllegalStateException(addOn.name() + " is installed already");
    }
    startWaiting();
    AddOn.Component running = addOn.start(state);
    installed.add(new Installed(addOn, running));
    components.add(running);
    began.accept(running);
  }

  /** Takes over what is installed in another cluster, of which this one is a fork. */
  void continueFrom(AddOns original) {
    for (Installed other : original.installed) {
      Optional<AddOn.Component> forked =
          Optional.ofNullable(other.running).flatMap(c -> other.addOn.fork(c, state));
      installed.add(new Installed(other.addOn, forked.orElse(null)));
      waiting |= forked.isEmpty();
    }
    collect();
    components.forEach(began);
    state.clock().advance(Duration.ZERO);
    if (waiting) {
      state.beforeNextChange(this::startWaiting);
      state.clock().after(Duration.ZERO, this::startWaiting);
    }
  }

  private void startWaiting() {
    if (!waiting) {
      return;
    }
    waiting = false;
    List<AddOn.Component> started = new ArrayList<>();
    for (Installed one : installed) {
      if (one.running == null) {
        AddOn.Component running = one.addOn.start(state);
        one.running = running;
        started.add(running);
      }
    }
    collect();
    started.forEach(began);
  }

  private void collect() {
    components.clear();
    installed.stream().map(i -> i.running).forEach(c -> {
      if (c != null) {
        components.add(c);
      }
    });
  }

  /** What runs, in the order in which it was installed; a view. What waits is started. */
  List<AddOn.Component> running() {
    if (waiting) {
      startWaiting();
      state.clock().advance(Duration.ZERO);
    }
    return view;
  }

  /** What runs, for a component that may ask before anybody else does. */
  List<AddOn.Component> view() {
    return view;
  }

  /** The running components for those who may ask before anybody else does. */
  private final class View extends AbstractList<AddOn.Component> {
    @Override
    public AddOn.Component get(int index) {
      startWaiting();
      return components.get(index);
    }

    @Override
    public int size() {
      startWaiting();
      return components.size();
    }
  }

  List<String> names() {
    return installed.stream().map(i -> i.addOn.name()).toList();
  }
}
