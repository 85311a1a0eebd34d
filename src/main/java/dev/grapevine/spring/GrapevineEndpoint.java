package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** The actuator endpoint {@code grapevine}: the cluster as this instance sees it. It only reads. */
@Endpoint(id = "grapevine", defaultAccess = Access.READ_ONLY)
public final class GrapevineEndpoint {

    private final Grapevine grapevine;

    /**
     * Shows a node.
     *
     * @param grapevine the node
     */
    public GrapevineEndpoint(Grapevine grapevine) {
        this.grapevine = grapevine;
    }

    /**
     * The cluster as this instance sees it.
     *
     * @return the view; without members and join state before the node is bound
     */
    @ReadOperation
    public View view() {
        NodeState state = grapevine.state();
        if (state == NodeState.NEW) {
            return new View(grapevine.cluster(), state, null, null, null, List.of());
        }
        List<MemberView> members =
                grapevine.members().stream().map(MemberView::of).toList();
        JoinState join = grapevine.currentJoinState().orElse(null);
        MemberView self = MemberView.of(grapevine.self());
        HealthView health = HealthView.of(grapevine.currentHealth());
        return new View(grapevine.cluster(), state, join, health, self, members);
    }

    /**
     * One member.
     *
     * @param member its id, or its name if only one member has that
     * @return the member, or nothing if there is none or several
     */
    @ReadOperation
    public @Nullable MemberView member(@Selector String member) {
        List<Member> found = grapevine.members().stream()
                .filter(candidate -> candidate.id().toString().equals(member)
                        || candidate.name().equals(member))
                .toList();
        return found.size() == 1 ? MemberView.of(found.get(0)) : null;
    }

    /**
     * The cluster as an instance sees it.
     *
     * @param cluster the cluster's name
     * @param state where the node stands in its life
     * @param joinState whether it has found others; null where the node does not tell
     * @param health how healthy it is; null where the node does not tell
     * @param self this instance; null before the node is bound
     * @param members the members, this one included
     */
    public record View(
            String cluster,
            NodeState state,
            @Nullable JoinState joinState,
            @Nullable HealthView health,
            @Nullable MemberView self,
            List<MemberView> members) {}

    /**
     * How healthy an instance is.
     *
     * @param score 0 when it is answered in time, up to 8
     * @param isolated whether it sees nobody although it expects somebody
     * @param flapping members that come and go; they need not be present now
     * @param linksFlapping whether links to at least half of the others are lost over and over
     */
    public record HealthView(int score, boolean isolated, List<MemberView> flapping, boolean linksFlapping) {

        static HealthView of(NodeHealth health) {
            return new HealthView(
                    health.score(),
                    health.isolated(),
                    health.flapping().stream().map(MemberView::of).toList(),
                    health.linksFlapping());
        }
    }

    /**
     * A member.
     *
     * @param id 32 hexadecimal digits
     * @param epoch which life of the member this is
     * @param name its name for people
     * @param address where its peers dial it
     * @param zone its failure domain; empty when unknown
     * @param metadata its labels
     */
    public record MemberView(
            String id, long epoch, String name, String address, String zone, Map<String, String> metadata) {

        static MemberView of(Member member) {
            return new MemberView(
                    member.id().toString(),
                    member.origin().epoch(),
                    member.name(),
                    member.address().toString(),
                    member.zone(),
                    member.metadata());
        }
    }
}
