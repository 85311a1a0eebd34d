package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Warns of connections between members that somebody has set up wrongly: of clusters or versions that do not fit each
 * other. Once an address, and of a few addresses a minute only, since whoever connects says its address itself.
 */
final class RefusalLog {

    /** Most addresses that are remembered; the one warned of longest ago is forgotten. */
    static final int MAX_ADDRESSES = 256;

    /** Most warnings a minute. */
    static final int MAX_A_MINUTE = 8;

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanos;
    private final Consumer<String> warn;
    private final Set<Address> warned = new LinkedHashSet<>();
    private long minuteSince;
    private int thisMinute;

    RefusalLog(LongSupplier nanos, Consumer<String> warn) {
        this.nanos = nanos;
        this.warn = warn;
        this.minuteSince = nanos.getAsLong();
    }

    /**
     * A peer was refused, or has refused this member.
     *
     * @param address the peer
     * @param detail what is wrong with it, for people
     */
    void refused(Address address, DialFailure failure, String detail) {
        boolean setUpWrongly = failure == DialFailure.FOREIGN_CLUSTER || failure == DialFailure.WRONG_VERSION;
        if (!setUpWrongly || warned.contains(address) || !mayWarn()) {
            return;
        }
        if (warned.size() >= MAX_ADDRESSES) {
            warned.remove(warned.iterator().next());
        }
        warned.add(address);
        warn.accept(detail);
    }

    private boolean mayWarn() {
        long now = nanos.getAsLong();
        if (now - minuteSince >= MINUTE) {
            minuteSince = now;
            thisMinute = 0;
        }
        thisMinute++;
        return thisMinute <= MAX_A_MINUTE;
    }
}
