package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The members that are present, without this one: one reference each in the order of their origins, so that 10,000 members
 * can know 10,000 each, and any is drawn as easily as any other.
 */
final class PresentOthers {

    private final List<Member> sorted = new ArrayList<>();

    /** Adds a member, or replaces what was known of the same origin, which is returned. */
    @Nullable Member put(Member member) {
        int place = find(member.origin());
        if (place >= 0) {
            return sorted.set(place, member);
        }
        sorted.add(-place - 1, member);
        return null;
    }

    void remove(Origin origin) {
        int place = find(origin);
        if (place >= 0) {
            sorted.remove(place);
        }
    }

    boolean contains(Origin origin) {
        return find(origin) >= 0;
    }

    @Nullable Member get(Origin origin) {
        int place = find(origin);
        return place >= 0 ? sorted.get(place) : null;
    }

    int size() {
        return sorted.size();
    }

    boolean isEmpty() {
        return sorted.isEmpty();
    }

    List<Member> all() {
        return Collections.unmodifiableList(sorted);
    }

    /** Any of them, each as likely; there has to be one. */
    Member random(RandomGenerator random) {
        return sorted.get(random.nextInt(sorted.size()));
    }

    /** Who is at an address, found by looking at everybody: for the few addresses that are named from outside. */
    @Nullable Origin searchAt(Address address) {
        for (Member member : sorted) {
            if (member.address().equals(address)) {
                return member.origin();
            }
        }
        return null;
    }

    private int find(Origin origin) {
        int low = 0;
        int high = sorted.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = sorted.get(middle).origin().compareTo(origin);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }
}
