package dev.grapevine.protocol.rumor;

import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.EpidemicFrame.Name;
import dev.grapevine.protocol.rumor.StopRule.Age;
import dev.grapevine.protocol.rumor.StopRule.Coin;
import dev.grapevine.protocol.rumor.StopRule.Counter;
import dev.grapevine.protocol.rumor.Strategy.Judgement;
import java.util.random.RandomGenerator;

/**
 * A rumor that a member spreads, and what its contacts of the present round came to. All contacts of a round are judged
 * together when it ends, so that their order does not matter (Demers et al. 1987, section 1.4, on pull).
 */
final class HotRumor {

    final Name name;
    final Operation operation;
    final long bytes;

    /** The round in which it was heard. Before the next one it counts as not known: all hear of a round at its end. */
    final long heardIn;

    private int count;
    private int contacts;
    private int useful;
    private int useless;

    HotRumor(Name name, Operation operation, long bytes, int count, long heardIn) {
        this.name = name;
        this.operation = operation;
        this.bytes = bytes;
        this.count = count;
        this.heardIn = heardIn;
    }

    /** Its age in rounds, or how many contacts it has counted; as its strategy has it. */
    int count() {
        return count;
    }

    /** Somebody else tells that it is older. */
    void learnAge(int age) {
        count = Math.max(count, age);
    }

    /** It was told, or it was told to this member: a contact, whatever comes of it. */
    void meet() {
        contacts++;
    }

    /** Whoever was told did not know. */
    void teach() {
        useful++;
    }

    /** Both sides knew; with minimisation the other one counts it alone if it has counted less. */
    void waste(int otherCount, boolean minimisation) {
        if (!minimisation || count <= otherCount) {
            useless++;
        }
    }

    /**
     * Ends a round.
     *
     * @return whether the member loses interest
     */
    boolean endRound(Strategy strategy, int fanout, int members, long round, RandomGenerator random) {
        boolean over = endsBy(strategy, fanout, members, random);
        contacts = 0;
        useful = 0;
        useless = 0;
        return over || round - heardIn >= StopRule.MOST_ROUNDS;
    }

    private boolean endsBy(Strategy strategy, int fanout, int members, RandomGenerator random) {
        boolean blind = strategy.judgement() == Judgement.BLIND;
        StopRule rule = strategy.stop();
        if (rule instanceof Counter counter) {
            count = blind ? counter.afterBlind(count, contacts) : counter.afterFeedback(count, useful, useless);
            return counter.isOver(count);
        }
        if (rule instanceof Coin coin) {
            return coin.falls(blind ? contacts : useless, random);
        }
        count++; // the number of the round in which it is told next
        return rule instanceof Age age && count > age.rounds(strategy.direction(), fanout, members);
    }
}
