package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.OverlayFrame.Neighbour;
import dev.grapevine.protocol.frame.OverlayFrame.Shuffle;
import dev.grapevine.protocol.step.Effect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Member 0 among others, with an active view of two and a passive view of four. */
class HyParViewScript {

    static final ViewSettings SMALL = ViewSettings.DEFAULT
            .withViews(2, 4)
            .withWalks(3, 1)
            .withShuffle(1, 2)
            .withRenewInterval(Duration.ofHours(1));

    final List<Effect> effects = new ArrayList<>();
    final List<Address> dialled = new ArrayList<>();
    final TreeSet<Integer> present = new TreeSet<>();
    final TreeSet<Origin> open = new TreeSet<>();
    private final SplittableRandom random = new SplittableRandom(1);
    long millis;

    /** As while all are being dialled already. */
    boolean canDialNobody;

    final HyParView views = new HyParView(
            member(0),
            SMALL,
            new Waits(OverlaySettings.DEFAULT, random),
            new Surroundings() {
                @Override
                public Address addressOf(Origin member) {
                    int number = SimulatedOverlay.numberOf(member);
                    return present.contains(number) ? SimulatedOverlay.address(number) : null;
                }

                @Override
                public Origin drawPresent() {
                    return present.isEmpty()
                            ? null
                            : member(List.copyOf(present).get(random.nextInt(present.size())));
                }

                @Override
                public boolean isOpen(Origin member) {
                    return open.contains(member);
                }

                @Override
                public Address addressOfPeer(Origin peer) {
                    return SimulatedOverlay.address(SimulatedOverlay.numberOf(peer));
                }

                @Override
                public boolean dial(Origin member, Address address, long now) {
                    return !canDialNobody && dialled.add(address);
                }
            },
            random);

    static Origin member(int number) {
        return new Origin(new MemberId(0, number), 1);
    }

    static Effect says(int to, OverlayFrame frame) {
        return new Effect.Send(member(to), Lane.CONTROL, frame);
    }

    static Effect up(int peer) {
        return new Effect.NeighbourUp(member(peer));
    }

    static Effect down(int peer) {
        return new Effect.NeighbourDown(member(peer));
    }

    long now() {
        return millis * 1_000_000;
    }

    List<Effect> taken() {
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    List<Effect> hears(int from, OverlayFrame frame) {
        open.add(member(from));
        views.receive(member(from), frame, now(), effects::add);
        return taken();
    }

    List<Effect> linkUp(int peer) {
        open.add(member(peer));
        views.linkUp(member(peer), now(), effects::add);
        return taken();
    }

    List<Effect> linkDown(int peer) {
        open.remove(member(peer));
        views.linkDown(member(peer), now(), effects::add);
        return taken();
    }

    List<Effect> run(long forMillis) {
        for (long until = millis + forMillis; millis < until; ) {
            millis += 50;
            views.tick(now(), effects::add);
        }
        return taken();
    }

    /** Entered where these numbers are present; whom it dials first. */
    int entered(int... numbers) {
        IntStream.of(numbers).forEach(present::add);
        views.enter(now(), effects::add);
        assertThat(taken()).isEmpty();
        assertThat(dialled).hasSize(1);
        return dialled.remove(0).port();
    }

    /** The neighbours 1 and 2, and 5 to 8 in the passive view. */
    void withNeighbours() {
        present.add(1);
        assertThat(entered(1)).isEqualTo(1);
        linkUp(1);
        hears(1, new Neighbour(false));
        IntStream.rangeClosed(2, 9).forEach(present::add);
        hears(2, new Neighbour(false));
        hears(1, new Shuffle(List.of(member(1)), 0, List.of(member(5), member(6), member(7), member(8))));
        assertThat(run(1_000)).isEmpty();
        assertThat(dialled).isEmpty();
        assertThat(views.passive()).containsExactlyInAnyOrder(member(5), member(6), member(7), member(8));
        assertThat(views.active()).containsExactly(member(1), member(2));
    }
}
