package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The dead whose addresses are still dialled, longest lost first, each for a while; bounded. */
final class LostMembers {

    /** So many lost are dialled as often as if each were the only one; more together no more often than these. */
    private static final int AT_FULL_PACE = 16;

    private record Lost(Address address, long since) {}

    private final long retention;
    private final int capacity;
    private final LinkedHashMap<Origin, Lost> lost = new LinkedHashMap<>();
    private final TreeMap<Address, Integer> countAt = new TreeMap<>();

    LostMembers(long retention, int capacity) {
        this.retention = retention;
        this.capacity = capacity;
    }

    void add(Origin member, Address address, long now) {
        remove(member);
        if (lost.size() >= capacity) {
            remove(lost.keySet().iterator().next());
        }
        lost.put(member, new Lost(address, now));
        countAt.merge(address, 1, Integer::sum);
    }

    void remove(Origin member) {
        Lost removed = lost.remove(member);
        if (removed != null) {
            countAt.computeIfPresent(removed.address(), (address, count) -> count > 1 ? count - 1 : null);
        }
    }

    /**
     * A member is there: earlier lives of its id are over, and who was at its address is so no more. Neither will be found
     * again.
     */
    void replaced(Member member) {
        List<Origin> over = new ArrayList<>();
        lost.forEach((origin, each) -> {
            boolean sameId = origin.id().equals(member.id());
            boolean earlier = origin.epoch() <= member.origin().epoch();
            if (earlier && (sameId || each.address().equals(member.address()))) {
                over.add(origin);
            }
        });
        over.forEach(this::remove);
    }

    /** How much longer each is left alone because there are others. */
    long stretch() {
        return Math.max(1, lost.size() / AT_FULL_PACE);
    }

    boolean isAt(Address address) {
        return countAt.containsKey(address);
    }

    /** The addresses of the lost, longest lost first. */
    List<Address> addresses() {
        List<Address> addresses = new ArrayList<>();
        lost.values().forEach(each -> addresses.add(each.address()));
        return addresses;
    }

    void expire(long now) {
        Iterator<Map.Entry<Origin, Lost>> longestFirst = lost.entrySet().iterator();
        while (longestFirst.hasNext()) {
            Map.Entry<Origin, Lost> longest = longestFirst.next();
            if (now - longest.getValue().since() < retention) {
                return;
            }
            longestFirst.remove();
            countAt.computeIfPresent(longest.getValue().address(), (address, count) -> count > 1 ? count - 1 : null);
        }
    }
}
