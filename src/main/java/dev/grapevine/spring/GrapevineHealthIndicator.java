package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import org.springframework.boot.health.contributor.AbstractReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import reactor.core.publisher.Mono;

/**
 * Whether this instance takes part in its cluster. Fit for the readiness group, never for liveness: an instance that is
 * cut off from the others must not be restarted for it.
 *
 * <p>{@code UP} while it is joined, also alone, isolated or among members that flap, which the details tell; {@code
 * OUT_OF_SERVICE} before it has joined and after it began to leave; {@code DOWN} when its node has stopped although the
 * application runs.
 */
public final class GrapevineHealthIndicator extends AbstractReactiveHealthIndicator {

    private final Grapevine grapevine;

    /**
     * Watches a node.
     *
     * @param grapevine the node
     */
    public GrapevineHealthIndicator(Grapevine grapevine) {
        super("Grapevine's health could not be told");
        this.grapevine = grapevine;
    }

    @Override
    protected Mono<Health> doHealthCheck(Health.Builder builder) {
        NodeState state = grapevine.state();
        builder.withDetail("cluster", grapevine.cluster()).withDetail("state", state);
        return switch (state) {
            case NEW, BOUND, LEFT -> Mono.just(builder.outOfService().build());
            case STOPPED -> Mono.just(builder.down().build());
            case JOINED -> Mono.just(joined(builder));
        };
    }

    private Health joined(Health.Builder builder) {
        JoinState join = grapevine.currentJoinState().orElse(JoinState.JOINING);
        NodeHealth health = grapevine.currentHealth();
        builder.up()
                .withDetail("self", grapevine.self().toString())
                .withDetail("members", grapevine.members().size())
                .withDetail("joinState", join)
                .withDetail("score", health.score())
                .withDetail("isolated", health.isolated());
        if (join == JoinState.SEEKING || join == JoinState.ISOLATED) {
            builder.withDetail("seeds", "unreachable");
        }
        if (!health.flapping().isEmpty()) {
            builder.withDetail(
                            "flapping",
                            health.flapping().stream().map(Member::name).toList())
                    .withDetail("linksFlapping", health.linksFlapping());
        }
        if (join == JoinState.SUPERSEDED) {
            builder.down();
        }
        return builder.build();
    }
}
