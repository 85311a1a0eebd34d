package dev.grapevine.runtime;

import dev.grapevine.membership.MembershipEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log who came and who went, and how: a line for what changed together, however many that are. */
final class MembershipLog {

    private static final Logger log = LoggerFactory.getLogger(MembershipLog.class);

    /** How many are named of each kind of change. */
    private static final int MOST_NAMED = 8;

    /** Who comes and goes; the rest says how members do that stay, which is for whoever looks closer. */
    private static final Set<MembershipEvent.Type> COMING_AND_GOING =
            Set.of(MembershipEvent.Type.JOINED, MembershipEvent.Type.LEFT, MembershipEvent.Type.DIED);

    private MembershipLog() {}

    static void changed(String node, List<MembershipEvent> events, int members) {
        List<MembershipEvent> comingAndGoing = events.stream()
                .filter(event -> COMING_AND_GOING.contains(event.type()))
                .toList();
        if (!comingAndGoing.isEmpty() && log.isInfoEnabled()) {
            log.info("{}: {}; members now: {}", node, inWords(comingAndGoing), members);
        }
        if (comingAndGoing.size() < events.size() && log.isDebugEnabled()) {
            log.debug("{}: {}", node, inWords(events));
        }
    }

    static String inWords(List<MembershipEvent> events) {
        List<String> words = new ArrayList<>();
        for (MembershipEvent.Type type : MembershipEvent.Type.values()) {
            List<String> names = events.stream()
                    .filter(event -> event.type() == type)
                    .map(event -> event.member().name())
                    .toList();
            if (!names.isEmpty()) {
                words.add(type.name().toLowerCase(Locale.ROOT) + " " + some(names));
            }
        }
        return String.join("; ", words);
    }

    private static String some(List<String> names) {
        String named = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
        int more = names.size() - MOST_NAMED;
        return more > 0 ? named + " and " + more + " more" : named;
    }
}
