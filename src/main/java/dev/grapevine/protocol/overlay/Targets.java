package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The addresses that may be dialled, one target each. */
final class Targets {

    private final TreeMap<Address, Target> byAddress = new TreeMap<>();
    private final PresentOthers present;

    Targets(PresentOthers present) {
        this.present = present;
    }

    @Nullable Target get(Address address) {
        return byAddress.get(address);
    }

    /** All of them; whoever goes through them may remove some. */
    Collection<Target> all() {
        return byAddress.values();
    }

    /** The target of an address that was named from outside. */
    Target at(Address address, long now) {
        return byAddress.computeIfAbsent(address, added -> new Target(added, present.searchAt(added), now));
    }

    /** The target of a present member. */
    Target of(Member member, long now) {
        Target target = byAddress.computeIfAbsent(member.address(), added -> new Target(added, member.origin(), now));
        target.member = member.origin();
        return target;
    }

    /** Whether nothing is known against dialling an address right now, and nobody is about to. */
    boolean isFree(Address address, long now) {
        Target target = byAddress.get(address);
        return target == null
                || (!target.dialling && !target.asked && target.candidate == null && now - target.notBefore >= 0);
    }

    int asked() {
        int asked = 0;
        for (Target target : byAddress.values()) {
            asked += target.asked ? 1 : 0;
        }
        return asked;
    }

    boolean any(Predicate<Target> kind) {
        for (Target target : byAddress.values()) {
            if (kind.test(target)) {
                return true;
            }
        }
        return false;
    }

    List<Target> select(Predicate<Target> wanted) {
        List<Target> selected = new ArrayList<>();
        for (Target target : byAddress.values()) {
            if (wanted.test(target)) {
                selected.add(target);
            }
        }
        return selected;
    }

    /**
     * After the loss of a link: at once if it was the last one. Detours, which may have led there, no longer wait so long.
     */
    void seekSeedsAgain(@Nullable Target lost, boolean wasLast, Waits waits, long now) {
        for (Target seed : byAddress.values()) {
            if (seed.seed && seed != lost && wasLast) {
                seed.failures = 0;
                seed.notBefore = now;
            } else if (seed.detours > 1) {
                // Never later than it was, or links that come and go would put it off for ever.
                long soon = now + waits.slow();
                seed.notBefore = soon - seed.notBefore < 0 ? soon : seed.notBefore;
            }
            seed.detours = 0;
        }
    }

    void clear() {
        byAddress.clear();
    }
}
