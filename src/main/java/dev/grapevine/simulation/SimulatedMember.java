package dev.grapevine.simulation;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import java.util.concurrent.TimeUnit;

/** Who a simulated member is over all its lives: the same id, another process and epoch each time. */
abstract class SimulatedMember {

    /** 2020-01-01: when every simulation begins. */
    private static final long FIRST_MILLIS = 1_577_836_800_000L;

    private final SimulationContext context;
    private final String name;
    private final MemberId id;
    private final long skew;
    private SimulatedHost host;
    private int lives;
    private long epoch;
    private boolean running;

    SimulatedMember(SimulationContext context, SimulatedHost host, long skewMillis) {
        this(context, host, skewMillis, "node " + host.index());
    }

    /** A member of another name has another id, also at a host where somebody else lived before. */
    SimulatedMember(SimulationContext context, SimulatedHost host, long skewMillis, String name) {
        this.context = context;
        this.host = host;
        this.name = name;
        SimulationRandom random = SimulationRandom.derive(context.seed(), name);
        this.id = new MemberId(random.nextLong(), random.nextLong());
        this.skew = random.nextLong(skewMillis + 1);
    }

    /** Its next life will be at another address. */
    final void moveTo(SimulatedHost other) {
        host = other;
    }

    /** A new process, with a higher epoch. */
    final void beginLife() {
        if (host.process().isKilled()) {
            host.reborn(context.scheduler().process("node " + host.index()));
        }
        if (lives > 0) {
            context.members().forget(life());
        }
        lives++;
        epoch = Math.max(epoch + 1, wallMillis());
        running = true;
    }

    final void endLife() {
        running = false;
        context.members().ended(origin());
    }

    final long wallMillis() {
        return FIRST_MILLIS + context.scheduler().now(TimeUnit.MILLISECONDS) + skew;
    }

    /** Chance of this life alone. */
    final SimulationRandom chance() {
        return SimulationRandom.derive(context.seed(), "chance of " + name + " in life " + lives);
    }

    final SimulationContext context() {
        return context;
    }

    final SimulatedHost host() {
        return host;
    }

    final int index() {
        return host.index();
    }

    final boolean isRunning() {
        return running;
    }

    final MemberId id() {
        return id;
    }

    /** The present life, or the last one. */
    final Origin origin() {
        return new Origin(id, epoch);
    }

    /** The life for people, and as a key of checkers. */
    final String life() {
        return name + (lives > 1 ? " in life " + lives : "");
    }
}
