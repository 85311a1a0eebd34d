package dev.grapevine.membership;

import java.util.List;

/**
 * How well a member can judge the others, and who gives it cause for doubt. All of it is seen from one member; another
 * may see it differently.
 *
 * @param score the local health score of Lifeguard (Dadgar, Phillips, Currey 2018, section IV-A): 0 when this member is
 *     answered in time, up to {@value #MAX_SCORE} when it is not, so that it suspects itself first and waits up to nine
 *     times as long before it suspects another
 * @param isolated whether this member sees nobody although it expects somebody: seeds are named and a first try reached
 *     none, or others were known before
 * @param flapping members that come and go: suspected, dead or disconnected more than four times within five minutes, in
 *     the order of their ids, as last described; at most 256
 * @param linksFlapping whether links to at least half of the other members are lost so often: rather this member's own
 *     network than theirs
 */
public record NodeHealth(int score, boolean isolated, List<Member> flapping, boolean linksFlapping) {

    /** The worst score. */
    public static final int MAX_SCORE = 8;

    /** Nothing is wrong: how every member begins. */
    public static final NodeHealth GOOD = new NodeHealth(0, false, List.of(), false);

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if the score is not within 0 to {@value #MAX_SCORE}
     */
    public NodeHealth {
        if (score < 0 || score > MAX_SCORE) {
            throw new IllegalArgumentException("The score is 0 to " + MAX_SCORE + ", not " + score);
        }
        flapping = List.copyOf(flapping);
    }
}
