package dev.grapevine.protocol.membership;

import java.util.EnumSet;
import java.util.Set;

/**
 * What is added to plain SWIM, each by itself. A node has them all; only an experiment that measures what one of them is
 * worth leaves any out.
 */
enum Refinement {

    /** LHA-Probe with nacks: whoever gets few answers gives the others more time. (Lifeguard, section IV-A.) */
    LOCAL_HEALTH,

    /** Whatever is sent to a suspect tells it first that it is suspected. (Lifeguard, section IV-C.) */
    BUDDY,

    /**
     * A member declares another dead only when a second one accuses it as well, or nobody is left who could; and where
     * nothing is held against a linked member, hearsay is put to it before it is believed. Whoever hears of a suspicion
     * may probe out of turn, so that confirmations do not take long.
     */
    AGREEMENT,

    /** The time for which this member stood still, or heard nobody, does not count against anybody. */
    OWN_PAUSE,

    /** Refutations, deaths and refusals go to every linked member at once. */
    URGENCY;

    /** All of them: how Grapevine watches. */
    static Set<Refinement> all() {
        return EnumSet.allOf(Refinement.class);
    }

    /** None: SWIM with suspicions (Das, Gupta, Motivala, 2002). */
    static Set<Refinement> none() {
        return EnumSet.noneOf(Refinement.class);
    }
}
