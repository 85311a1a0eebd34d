package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the views see of a node: the members that membership knows, the node's links and its dials. */
final class ViewSurroundings implements Surroundings {

    private final PresentOthers present;
    private final OpenLinks links;
    private final Targets targets;
    private final RandomGenerator random;

    ViewSurroundings(PresentOthers present, OpenLinks links, Targets targets, RandomGenerator random) {
        this.present = present;
        this.links = links;
        this.targets = targets;
        this.random = random;
    }

    @Override
    public @Nullable Address addressOf(Origin member) {
        Member known = present.get(member);
        return known == null ? null : known.address();
    }

    @Override
    public @Nullable Origin drawPresent() {
        return present.isEmpty() ? null : present.random(random).origin();
    }

    @Override
    public boolean isOpen(Origin member) {
        OpenLink link = links.get(member);
        return link != null && !link.released;
    }

    @Override
    public Address addressOfPeer(Origin peer) {
        return Objects.requireNonNull(links.get(peer)).address();
    }

    @Override
    public boolean dial(Origin member, Address address, long now) {
        if (links.isLinkedAt(address)) {
            return false; // a link that is about to close, or somebody else's
        }
        Target target = targets.get(address);
        boolean underWay = target != null && (target.dialling || target.asked) && target.candidate == null;
        if (!underWay && !targets.isFree(address, now)) {
            return false;
        }
        targets.at(address, now).candidate = member;
        return true;
    }
}
