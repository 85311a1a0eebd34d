package dev.grapevine.simulation;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.NodeCore;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.overlay.LinkChoice;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.wire.Hello;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A member as its core alone, driven as the pipelines of a whole node would. */
final class CoreNode extends SimulatedMember implements NodeDoor {

    private static final long REPLACED_GRACE = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOCK_SKEW_MILLIS = 5;

    private final NodeSettings settings;
    private final CoreObserver observer;
    private final TreeMap<Origin, CoreLink> links = new TreeMap<>();

    /** To whom something was said since the last flush. */
    private final TreeSet<Origin> spokenTo = new TreeSet<>();

    private final Deque<Input> inputs = new ArrayDeque<>();
    private boolean stepping;
    private @Nullable Member self;
    private @Nullable NodeCore core;

    CoreNode(SimulationContext context, SimulatedHost host, NodeSettings settings, CoreObserver observer) {
        super(context, host, CLOCK_SKEW_MILLIS);
        this.settings = settings;
        this.observer = observer;
    }

    CoreNode(SimulationContext context, SimulatedHost host, String name, NodeSettings settings, CoreObserver observer) {
        super(context, host, CLOCK_SKEW_MILLIS, name);
        this.settings = settings;
        this.observer = observer;
    }

    void start(List<Address> seeds) {
        beginLife();
        links.clear();
        spokenTo.clear();
        inputs.clear();
        stepping = false;
        Member member = new Member(origin(), "node-" + index(), host().address(), "", Map.of());
        self = member;
        SimulationRandom chance = chance();
        core = new NodeCore(member, settings, chance, now());
        host().open(this);
        long tick = settings.tickInterval().toNanos();
        host().thread()
                .schedulePeriodically(() -> step(new Input.Tick()), chance.nextLong(tick), tick, TimeUnit.NANOSECONDS);
        host().thread().schedule(() -> {
            Workload.STORES.forEach(store -> step(new Input.OpenStore(store)));
            step(new Input.Join(seeds, false));
        });
    }

    private Time now() {
        return new Time(context().scheduler().nanos(), wallMillis());
    }

    NodeCore core() {
        if (core == null) {
            throw new IllegalStateException("Node " + index() + " was never started");
        }
        return core;
    }

    /** Takes an input on the node's thread; one that comes up while another is worked on waits for its turn. */
    void step(Input input) {
        inputs.add(input);
        if (stepping) {
            return;
        }
        stepping = true;
        for (Input next = inputs.poll(); next != null; next = inputs.poll()) {
            for (Effect effect : core().step(next, now())) {
                carryOut(effect);
            }
            flush();
        }
        stepping = false;
    }

    private void flush() {
        for (Origin peer : spokenTo) {
            CoreLink link = links.get(peer);
            if (link != null) {
                link.flush();
            }
        }
        spokenTo.clear();
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Send send) {
            CoreLink link = links.get(send.to());
            if (link != null) {
                link.offer(send.lane(), send.frame());
                spokenTo.add(send.to());
            }
        } else if (effect instanceof Effect.Dial dial) {
            Dialling.dial(
                    context().network(),
                    host(),
                    this,
                    dial.address(),
                    end -> dialled(dial.address(), end),
                    (failure, detail) -> step(new Input.DialFailed(dial.address(), failure)));
        } else if (effect instanceof Effect.Close close) {
            CoreLink link = links.get(close.peer());
            if (link != null) {
                link.end().close();
            }
        } else {
            observer.told(this, effect);
        }
    }

    private void dialled(Address address, ConnectionEnd end) {
        if (!take(end, address)) {
            end.close();
            step(new Input.DialFailed(address, DialFailure.DUPLICATE));
        }
    }

    private boolean take(ConnectionEnd end, @Nullable Address dialled) {
        CoreLink link = new CoreLink(this, end);
        if (!wants(link.peer(), end.dialled())) {
            return false;
        }
        CoreLink replaced = links.put(link.peer(), link);
        if (replaced != null) {
            context().network().post(host().thread(), REPLACED_GRACE, replaced.end()::close);
        }
        step(new Input.LinkUp(end.remote().member(), dialled));
        end.listen(link);
        return true;
    }

    private boolean wants(Origin peer, boolean dialled) {
        CoreLink existing = links.get(peer);
        return existing == null || LinkChoice.replaces(existing.end().dialled(), dialled, id(), peer.id());
    }

    void received(CoreLink link, List<Frame> frames) {
        step(new Input.Received(link.peer(), frames));
    }

    void closed(CoreLink link, LinkLoss cause) {
        if (links.remove(link.peer(), link)) {
            step(new Input.LinkDown(link.peer(), cause));
        }
    }

    @Override
    public Hello hello() {
        if (self == null) {
            throw new IllegalStateException("Node " + index() + " was never started");
        }
        return new Hello("simulated", Hello.PROTOCOL_VERSION, Hello.PROTOCOL_VERSION, self);
    }

    @Override
    public @Nullable DialFailure judge(Hello remote, boolean dialled) {
        DialFailure refusal = core().judge(remote.member());
        if (refusal != null) {
            return refusal;
        }
        return wants(remote.member().origin(), dialled) ? null : DialFailure.DUPLICATE;
    }

    @Override
    public boolean accepted(ConnectionEnd end) {
        return take(end, null);
    }

    @Override
    public void rejected(RejectReason reason, String detail) {
        context().trace(index(), "rejected", reason.name());
    }
}
