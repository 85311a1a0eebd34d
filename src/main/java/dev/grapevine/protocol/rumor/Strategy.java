package dev.grapevine.protocol.rumor;

import dev.grapevine.protocol.rumor.StopRule.Age;
import dev.grapevine.protocol.rumor.StopRule.Counter;
import java.util.List;

/**
 * How a rumor spreads and when it stops. A simple epidemic ({@link #PUSH}, {@link #PULL}, {@link #PUSH_PULL}) goes on until
 * everybody is expected to know. Rumor mongering goes on for as long as it is worth it: each member loses interest by
 * itself, most of the traffic is saved, and now and then a few members never hear ({@code docs/dissemination.md} shows how
 * many). Names for settings are those of {@link #name()}.
 *
 * @param direction which way rumors go in a contact
 * @param stop when a member loses interest
 * @param judgement whether the members told say if they knew already. A simple epidemic does not ask
 * @param minimisation if both sides of a contact know, whether only the one that has counted less counts it, or both if
 *     they are level (Demers et al. 1987, section 1.4); needs push-pull, a counter and feedback
 */
public record Strategy(Direction direction, StopRule stop, Judgement judgement, boolean minimisation) {

    /** Whether it is asked for what a contact was good. */
    public enum Judgement {
        /** Whoever is told answers whether it knew before the round. */
        FEEDBACK,
        /** Nobody answers. */
        BLIND
    }

    /** What chance and a lossy network cost beyond the expected rounds: 99 of 100 epidemics are over by then. */
    private static final int MARGIN = 4;

    /** Everybody who knows tells others, until everybody is expected to know. */
    public static final Strategy PUSH = simple(Direction.PUSH);

    /** Everybody asks others, until everybody is expected to know. */
    public static final Strategy PULL = simple(Direction.PULL);

    /** Everybody asks and tells others, until everybody is expected to know. */
    public static final Strategy PUSH_PULL = simple(Direction.PUSH_PULL);

    /** Push-pull with feedback, minimisation and a counter of 3: of 1,000 members hardly ever one is missed. */
    public static final Strategy RUMOR_MONGERING =
            rumorMongering(Direction.PUSH_PULL, new Counter(3), Judgement.FEEDBACK, true);

    /**
     * Checks that the parts go together.
     *
     * @throws IllegalArgumentException if a simple epidemic asks for feedback, or there is nothing to minimise
     */
    public Strategy {
        if (stop instanceof Age && judgement == Judgement.FEEDBACK) {
            throw new IllegalArgumentException("Who stops by age needs no feedback");
        }
        boolean canMinimise =
                direction == Direction.PUSH_PULL && stop instanceof Counter && judgement == Judgement.FEEDBACK;
        if (minimisation && !canMinimise) {
            throw new IllegalArgumentException("Minimisation needs push-pull, a counter and feedback");
        }
    }

    private static Strategy simple(Direction direction) {
        return new Strategy(direction, new Age(MARGIN), Judgement.BLIND, false);
    }

    /**
     * Rumor mongering.
     *
     * @param direction which way rumors go
     * @param stop a counter or a coin
     * @param judgement whether contacts are judged
     * @param minimisation whether only the side counts that has counted less
     * @return the strategy
     * @throws IllegalArgumentException if the parts do not go together
     */
    public static Strategy rumorMongering(
            Direction direction, StopRule stop, Judgement judgement, boolean minimisation) {
        if (stop instanceof Age) {
            throw new IllegalArgumentException("Rumor mongering stops by a counter or a coin");
        }
        return new Strategy(direction, stop, judgement, minimisation);
    }

    /**
     * The strategy of a name.
     *
     * @param name {@code push}, {@code pull}, {@code push-pull} or {@code rumor-mongering}
     * @return {@link #PUSH}, {@link #PULL}, {@link #PUSH_PULL} or {@link #RUMOR_MONGERING}
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Strategy named(String name) {
        for (Strategy strategy : List.of(PUSH, PULL, PUSH_PULL, RUMOR_MONGERING)) {
            if (strategy.name().equals(name)) {
                return strategy;
            }
        }
        throw new IllegalArgumentException(
                "A strategy is push, pull, push-pull or rumor-mongering, not '" + name + "'");
    }

    /**
     * What this kind of strategy is called.
     *
     * @return {@code push}, {@code pull}, {@code push-pull} or {@code rumor-mongering}
     */
    public String name() {
        if (!(stop instanceof Age)) {
            return "rumor-mongering";
        }
        return switch (direction) {
            case PUSH -> "push";
            case PULL -> "pull";
            case PUSH_PULL -> "push-pull";
        };
    }
}
