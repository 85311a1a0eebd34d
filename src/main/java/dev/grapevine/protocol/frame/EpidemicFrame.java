package dev.grapevine.protocol.frame;

import dev.grapevine.clock.Dot;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import java.util.List;

/**
 * What two members say to each other in a contact of an epidemic (Demers et al. 1987, section 1.4): an offer, perhaps an
 * answer to it, and perhaps verdicts on what was told. The rumors are operations of stores. Each frame says by itself what
 * it wants in return, so that members with different strategies understand each other.
 */
public sealed interface EpidemicFrame extends Frame {

    /** Most rumors of one frame, and most verdicts. */
    int MAX_RUMORS = 64;

    /** The highest count that can be. */
    int MAX_COUNT = 1 << 16;

    /**
     * What a rumor is known by.
     *
     * @param store the store
     * @param dot the operation
     */
    record Name(String store, Dot dot) {}

    /**
     * A rumor as it is told.
     *
     * @param store the store
     * @param operation the operation
     * @param count its age in rounds where that decides, else how many contacts the teller has counted; 0 to
     *     {@value #MAX_COUNT}
     */
    record Told(String store, Operation operation, int count) {
        /**
         * What it is known by.
         *
         * @return the name
         */
        public Name name() {
            return new Name(store, operation.dot());
        }
    }

    /**
     * Whether a rumor was new.
     *
     * @param name the rumor
     * @param useful whether the one that was told did not know it when its round began
     * @param count how many contacts it has counted itself; {@value #MAX_COUNT} if it has lost interest
     */
    record Verdict(Name name, boolean useful, int count) {}

    /**
     * Begins a contact.
     *
     * @param rumors what the caller spreads, at most {@value #MAX_RUMORS}; none if it only asks
     * @param asks whether it asks for what the other spreads
     * @param judges whether it wants verdicts
     */
    record Offer(List<Told> rumors, boolean asks, boolean judges) implements EpidemicFrame {
        @Override
        public int size() {
            return 16 + sizeOf(rumors);
        }
    }

    /**
     * What was asked for.
     *
     * @param rumors what the one that was called spreads, but for what it was just told; at most {@value #MAX_RUMORS}
     * @param verdicts on what it was told, at most {@value #MAX_RUMORS}
     * @param judges whether it wants verdicts
     */
    record Answer(List<Told> rumors, List<Verdict> verdicts, boolean judges) implements EpidemicFrame {
        @Override
        public int size() {
            int size = 16 + sizeOf(rumors);
            for (Verdict verdict : verdicts) {
                size += sizeOf(verdict);
            }
            return size;
        }
    }

    /**
     * What was told was judged.
     *
     * @param verdicts on what was told, at most {@value #MAX_RUMORS}
     */
    record Verdicts(List<Verdict> verdicts) implements EpidemicFrame {
        @Override
        public int size() {
            int size = 16;
            for (Verdict verdict : verdicts) {
                size += sizeOf(verdict);
            }
            return size;
        }
    }

    private static int sizeOf(List<Told> rumors) {
        int size = 0;
        for (Told told : rumors) {
            size += 8 + Sizes.text(told.store()) + told.operation().size();
        }
        return size;
    }

    private static int sizeOf(Verdict verdict) {
        return 48 + Sizes.text(verdict.name().store());
    }
}
