package dev.grapevine.samples.live;

import dev.grapevine.Grapevine;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MembershipEvent;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** The members as this instance sees them. */
@Component
class Members {

    /** What a page is shown. */
    record Shown(String change, String id, String name, String address, String http, String pid, long since) {}

    /** Who a page is talking to. */
    record Hello(String cluster, Shown self) {}

    private final Grapevine grapevine;

    Members(Grapevine grapevine) {
        this.grapevine = grapevine;
    }

    Hello hello() {
        return new Hello(grapevine.cluster(), shown(MembershipEvent.Type.JOINED, grapevine.self()));
    }

    /** The members as they are, and then every change. */
    Flux<Shown> changes() {
        return grapevine.membership().map(event -> shown(event.type(), event.member()));
    }

    private static Shown shown(MembershipEvent.Type change, Member member) {
        return new Shown(
                change.name(),
                member.id().toString(),
                member.name(),
                member.address().toString(),
                member.metadata().getOrDefault("http.port", ""),
                member.metadata().getOrDefault("pid", ""),
                member.origin().epoch());
    }
}
