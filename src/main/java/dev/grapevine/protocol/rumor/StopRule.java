package dev.grapevine.protocol.rumor;

import java.util.random.RandomGenerator;

/**
 * When a member loses interest in a rumor. Whatever the rule, none keeps it for more than {@value #MOST_ROUNDS} rounds: a
 * rumor that nobody asks for would wait for ever, and a peer that lies could keep one alive.
 */
public sealed interface StopRule {

    /** After so many rounds a member loses interest, whatever its rule says. */
    int MOST_ROUNDS = 256;

    /** The highest {@code k}: with it a coin leaves one rumor in three thousand to {@link #MOST_ROUNDS}. */
    int MOST_K = 32;

    /** The highest {@code margin} of {@link Age}. */
    int MOST_MARGIN = 128;

    /**
     * By the age that travels with the rumor (Karp et al., <em>Randomized rumor spreading</em>, 2000, section 2): all stop
     * in the same round, that in which everybody is expected to know, and a few later. Simple epidemics stop so.
     *
     * @param margin rounds beyond the expected ones, 0 to {@value #MOST_MARGIN}
     */
    record Age(int margin) implements StopRule {

        /**
         * Checks the margin.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public Age {
            check(0, margin, MOST_MARGIN, "margin");
        }

        /**
         * How old a rumor becomes.
         *
         * @param direction which way it goes
         * @param fanout how many members each calls in a round
         * @param members how many there are
         * @return rounds
         */
        public int rounds(Direction direction, int fanout, int members) {
            return (int) Math.ceil(expectedRounds(direction, fanout, members)) + margin;
        }
    }

    /**
     * After {@code k} contacts that taught nobody (Demers et al. 1987, section 1.4). Judged by feedback, the contacts of one
     * round count as one, and one that taught somebody begins the count anew; judged blindly, each contact counts.
     *
     * @param k how many, 1 to {@value #MOST_K}
     */
    record Counter(int k) implements StopRule {

        /**
         * Checks the count.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public Counter {
            check(1, k, MOST_K, "k");
        }

        /**
         * The count after a round that was judged by feedback.
         *
         * @param count so far
         * @param useful contacts of the round that taught somebody
         * @param useless contacts of the round that taught nobody
         * @return the new count
         */
        public int afterFeedback(int count, int useful, int useless) {
            if (useful > 0) {
                return 0;
            }
            return useless > 0 ? count + 1 : count;
        }

        /**
         * The count after a round that nobody judged.
         *
         * @param count so far
         * @param contacts of the round
         * @return the new count
         */
        public int afterBlind(int count, int contacts) {
            return count + contacts;
        }

        /**
         * Whether it is enough.
         *
         * @param count the count
         * @return whether the member loses interest
         */
        public boolean isOver(int count) {
            return count >= k;
        }
    }

    /**
     * With probability {@code 1/k} after each contact that taught nobody or, judged blindly, after each contact (Demers et
     * al. 1987, section 1.4).
     *
     * @param k one in how many, 1 to {@value #MOST_K}
     */
    record Coin(int k) implements StopRule {

        /**
         * Checks the odds.
         *
         * @throws IllegalArgumentException if they are out of their range
         */
        public Coin {
            check(1, k, MOST_K, "k");
        }

        /**
         * Tosses once a contact.
         *
         * @param contacts those that count
         * @param random the source of chance
         * @return whether the member loses interest
         */
        public boolean falls(int contacts, RandomGenerator random) {
            for (int i = 0; i < contacts; i++) {
                if (random.nextInt(k) == 0) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * In how many rounds everybody is expected to know: while few do, those who know multiply; then those who do not
     * dwindle, by a constant factor if they are pushed to (Pittel, <em>On spreading a rumor</em>, 1987) and by squaring if
     * they ask (Karp et al. 2000, section 1). Within half a round from 100 to 10,000 members without loss.
     *
     * @param direction which way rumors go
     * @param fanout how many members each calls in a round
     * @param members how many there are
     * @return rounds
     */
    static double expectedRounds(Direction direction, int fanout, int members) {
        double n = Math.max(2, members);
        double growth = Math.log(n) / Math.log1p(direction == Direction.PUSH_PULL ? 2.0 * fanout : fanout);
        double squaring = Math.max(0, Math.log(Math.log(n))) / Math.log1p(fanout);
        return switch (direction) {
            case PUSH -> growth + Math.log(n) / fanout + 1.0;
            case PULL -> growth + squaring + 0.8;
            case PUSH_PULL -> growth + squaring + 0.25;
        };
    }

    private static void check(int least, int value, int most, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
        }
    }
}
