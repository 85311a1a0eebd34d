package dev.grapevine.runtime;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MembershipEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Who came and who went, for people: what happens within a second is one line a kind, with names and addresses of the
 * first few, so that a cluster of hundreds that starts at once writes a few lines and not hundreds.
 */
final class MembershipNews {

    /** For how long news is gathered from the first on. */
    static final Duration GATHER = Duration.ofSeconds(1);

    /** Most members that a line names. */
    static final int MAX_NAMED = 8;

    private enum Kind {
        JOINED,
        LEFT,
        DIED
    }

    /** What has happened since the last line. */
    private static final class Gathered {
        private final List<String> named = new ArrayList<>();
        private int count;
    }

    private final LongSupplier nanos;
    private final IntSupplier size;
    private final Consumer<String> lines;
    private final Map<Kind, Gathered> gathered = new EnumMap<>(Kind.class);
    private long since;

    /**
     * No news yet.
     *
     * @param nanos monotonic time in nanoseconds
     * @param size how many members are in the view
     * @param lines takes what is told
     */
    MembershipNews(LongSupplier nanos, IntSupplier size, Consumer<String> lines) {
        this.nanos = nanos;
        this.size = size;
        this.lines = lines;
    }

    /** What happened to a member other than this one; how those fare that stay is no news here. */
    void happened(MembershipEvent event) {
        switch (event.type()) {
            case JOINED -> add(Kind.JOINED, event.member());
            case LEFT -> add(Kind.LEFT, event.member());
            case DIED -> add(Kind.DIED, event.member());
            default -> {}
        }
    }

    private void add(Kind kind, Member member) {
        if (gathered.isEmpty()) {
            since = nanos.getAsLong();
        }
        Gathered news = gathered.computeIfAbsent(kind, first -> new Gathered());
        news.count++;
        if (news.named.size() < MAX_NAMED) {
            news.named.add(described(member));
        }
    }

    /** A member as people know it. */
    static String described(Member member) {
        String address = member.address().toString();
        return member.name().equals(address) ? address : member.name() + " (" + address + ")";
    }

    boolean isGathering() {
        return !gathered.isEmpty();
    }

    /** Time has passed. */
    void tick() {
        if (!gathered.isEmpty() && nanos.getAsLong() - since >= GATHER.toNanos()) {
            tell();
        }
    }

    /** Tells what was gathered, however young it is. */
    void tell() {
        if (!gathered.isEmpty()) {
            lines.accept(gathered.entrySet().stream()
                    .map(news -> line(news.getKey(), news.getValue()))
                    .collect(Collectors.joining("; ", "", "; members now: " + size.getAsInt())));
            gathered.clear();
        }
    }

    private static String line(Kind kind, Gathered news) {
        String what =
                switch (kind) {
                    case JOINED -> "joined: ";
                    case LEFT -> "left: ";
                    case DIED -> "died: ";
                };
        int more = news.count - news.named.size();
        return what + String.join(", ", news.named) + (more > 0 ? " and " + more + " more" : "");
    }
}
