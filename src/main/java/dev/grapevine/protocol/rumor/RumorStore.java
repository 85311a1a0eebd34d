package dev.grapevine.protocol.rumor;

import dev.grapevine.protocol.frame.EpidemicFrame.Name;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a member has heard: rumors that it spreads, with what they say, and the names of those in which it has lost
 * interest. Both are bounded. Of what is spread the rumor told longest ago gives way, and of the names the oldest.
 */
final class RumorStore {

    private final int maxRumors;
    private final long maxBytes;
    private final int maxKnown;

    /** Those told longest ago first. */
    private final LinkedHashMap<Name, HotRumor> hot = new LinkedHashMap<>();

    private final LinkedHashSet<Name> cold = new LinkedHashSet<>();
    private long bytes;

    RumorStore(RumorSettings settings) {
        this.maxRumors = settings.maxRumors();
        this.maxBytes = settings.maxBytes();
        this.maxKnown = settings.maxKnown();
    }

    /** How many rumors are spread. */
    int hot() {
        return hot.size();
    }

    /** Their bytes. */
    long bytes() {
        return bytes;
    }

    /** How many names are remembered of rumors that are not spread any more. */
    int cold() {
        return cold.size();
    }

    boolean knows(Name name) {
        return hot.containsKey(name) || cold.contains(name);
    }

    /** A rumor that is spread, or null. */
    @Nullable HotRumor find(Name name) {
        return hot.get(name);
    }

    boolean fits(long size) {
        return size <= maxBytes;
    }

    /**
     * Spreads a rumor that is not known and fits.
     *
     * @return how many others gave way
     */
    int add(HotRumor rumor) {
        hot.put(rumor.name, rumor);
        bytes += rumor.bytes;
        int displaced = 0;
        for (Iterator<HotRumor> eldest = hot.values().iterator(); hot.size() > maxRumors || bytes > maxBytes; ) {
            HotRumor next = eldest.next();
            eldest.remove();
            cool(next);
            displaced++;
        }
        return displaced;
    }

    /** Up to so many of those that are to be told, the ones told longest ago first; they are the last to be told next. */
    List<HotRumor> take(int most, long mostBytes, Predicate<HotRumor> isWanted) {
        List<HotRumor> taken = new ArrayList<>();
        long takenBytes = 0;
        for (HotRumor rumor : hot.values()) {
            if (taken.size() >= most) {
                break;
            }
            // The first always fits, so that none is too long to be told.
            boolean fits = taken.isEmpty() || takenBytes + rumor.bytes <= mostBytes;
            if (fits && isWanted.test(rumor)) {
                taken.add(rumor);
                takenBytes += rumor.bytes;
            }
        }
        if (taken.size() < hot.size()) {
            for (HotRumor rumor : taken) {
                hot.remove(rumor.name);
                hot.put(rumor.name, rumor);
            }
        }
        return taken;
    }

    /** Loses interest in those of which this says so; their names are kept. */
    void coolIf(Predicate<HotRumor> isOver) {
        for (Iterator<HotRumor> rumors = hot.values().iterator(); rumors.hasNext(); ) {
            HotRumor rumor = rumors.next();
            if (isOver.test(rumor)) {
                rumors.remove();
                cool(rumor);
            }
        }
    }

    private void cool(HotRumor rumor) {
        bytes -= rumor.bytes;
        remember(rumor.name);
    }

    /** Remembers the name of a rumor that is not spread. */
    void remember(Name name) {
        cold.add(name);
        if (cold.size() > maxKnown) {
            Iterator<Name> eldest = cold.iterator();
            eldest.next();
            eldest.remove();
        }
    }
}
