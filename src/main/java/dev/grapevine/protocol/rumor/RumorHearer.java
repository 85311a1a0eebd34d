package dev.grapevine.protocol.rumor;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Time;

/** Takes in what rumors say. */
@FunctionalInterface
public interface RumorHearer {

    /** What became of a rumor. */
    enum Reception {
        /** It was taken in: it is spread from here too. */
        NEW,
        /** It had come some other way: it is remembered and not spread. */
        KNOWN,
        /** It could not be taken in: it is neither remembered nor spread. */
        REFUSED
    }

    /**
     * A rumor was heard for the first time, or again after it was forgotten.
     *
     * @param from who told it
     * @param store the store
     * @param operation what it says
     * @param now the time
     * @param out where effects go
     * @return what became of it
     */
    Reception heard(Origin from, String store, Operation operation, Time now, Effects out);
}
