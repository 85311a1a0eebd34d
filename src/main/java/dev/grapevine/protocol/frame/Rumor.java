package dev.grapevine.protocol.frame;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import java.util.Map;

/** A claim about one member, as SWIM spreads it. Which claim overrides which is the membership core's to decide. */
public sealed interface Rumor {

    /**
     * Whom the claim is about.
     *
     * @return the member's origin
     */
    Origin subject();

    /**
     * The incarnation of the subject that the claim is about. (SWIM, section 4.2.)
     *
     * @return 0 or more; only the subject itself raises it
     */
    long incarnation();

    /**
     * About how many bytes the rumor takes on the wire.
     *
     * @return a size in bytes, positive
     */
    default int size() {
        return 64;
    }

    /**
     * The subject is working. The only claim that admits a member. It says which labels the subject has, but does not
     * carry them: {@link #member()} has none.
     *
     * @param member the subject, without labels whatever is passed
     * @param incarnation its incarnation
     * @param metadata which labels it has
     */
    record Alive(Member member, long incarnation, MetadataDigest metadata) implements Rumor {

        /** Leaves the labels out. */
        public Alive {
            member = member.withMetadata(Map.of());
        }

        /**
         * A member that has had these labels from the beginning.
         *
         * @param member the subject with its labels
         * @param incarnation its incarnation
         */
        public Alive(Member member, long incarnation) {
            this(member, incarnation, MetadataDigest.of(0, member.metadata()));
        }

        @Override
        public Origin subject() {
            return member.origin();
        }

        @Override
        public int size() {
            return 96
                    + Sizes.text(member.name())
                    + Sizes.text(member.zone())
                    + Sizes.text(member.address().host());
        }
    }

    /**
     * The subject did not answer the accuser.
     *
     * @param subject the suspected member
     * @param incarnation its incarnation as the accuser knows it
     * @param accuser who could not reach it; independent accusers shorten the suspicion (Lifeguard, section IV-B)
     * @param evidence what the accuser saw
     */
    record Suspect(Origin subject, long incarnation, Origin accuser, Evidence evidence) implements Rumor {}

    /**
     * The subject is dead.
     *
     * @param subject the dead member
     * @param incarnation its last known incarnation
     * @param accuser who declared it
     */
    record Dead(Origin subject, long incarnation, Origin accuser) implements Rumor {}

    /**
     * The subject said that it goes.
     *
     * @param subject the member that left
     * @param incarnation its last incarnation
     */
    record Left(Origin subject, long incarnation) implements Rumor {}

    /** What an accuser saw. */
    enum Evidence {
        /** Direct and indirect probes went unanswered. */
        SILENCE,
        /**
         * The connection was lost and the member's address refuses a new one: no process listens there any more. Far
         * stronger than silence, since a process that is merely slow or stopped still accepts connections.
         */
        REFUSED
    }
}
