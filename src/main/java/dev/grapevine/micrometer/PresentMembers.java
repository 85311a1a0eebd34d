package dev.grapevine.micrometer;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How many members stand how; as bounded as the view is, for who left it is forgotten. */
final class PresentMembers {

    /** The states that a member of the view can have. */
    static final List<MemberStatus> STATES = List.of(MemberStatus.ALIVE, MemberStatus.SUSPECT);

    private record Present(long epoch, MemberStatus status) {}

    private final Map<MemberId, Present> present = new TreeMap<>();
    private final Map<MemberStatus, Integer> counts = new EnumMap<>(MemberStatus.class);

    synchronized void changed(Origin origin, MemberStatus status) {
        @Nullable Present before = present.get(origin.id());
        if (before != null) {
            if (before.epoch() > origin.epoch()) {
                return; // news of an earlier life
            }
            present.remove(origin.id());
            counts.merge(before.status(), -1, Integer::sum);
        }
        if (status.isPresent()) {
            present.put(origin.id(), new Present(origin.epoch(), status));
            counts.merge(status, 1, Integer::sum);
        }
    }

    synchronized int count(MemberStatus status) {
        return counts.getOrDefault(status, 0);
    }
}
