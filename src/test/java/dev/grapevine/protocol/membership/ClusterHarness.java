package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.overlay.OverlayCore;
import dev.grapevine.protocol.overlay.OverlaySettings;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Members made of the two cores alone, on a seeded network in virtual time. */
final class ClusterHarness {

    /** How long a link takes to notice that nothing comes through any more. */
    private static final Duration SILENT_AFTER = Duration.ofSeconds(2);

    private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofMillis(50);

    /**
     * A change of somebody's view.
     *
     * @param accusedByAnother whether anybody but the observer had ever accused the subject, at any time
     * @param confirmable whether the observer saw somebody alive who could have confirmed it
     */
    record Change(
            long at,
            Node observer,
            Origin subject,
            MemberStatus status,
            boolean accusedByAnother,
            boolean confirmable) {}

    final SplittableRandom random;
    final List<Node> nodes = new ArrayList<>();
    final List<Change> changes = new ArrayList<>();
    double loss;
    private final Accusations accusations = new Accusations();
    private BiPredicate<Node, Node> cut = (a, b) -> false;
    private final VirtualTime virtual = new VirtualTime();
    long framesSent;
    private final MembershipSettings settings;
    private final Set<Refinement> refinements;

    /** For members that start from now on. */
    OverlaySettings overlaySettings = OverlaySettings.DEFAULT;

    /** Whether everybody is linked to everybody from the start and for ever; nobody dials. */
    private boolean mesh;

    private boolean wiring;

    ClusterHarness(long seed) {
        this(seed, MembershipSettings.DEFAULT, Refinement.all());
    }

    ClusterHarness(long seed, MembershipSettings settings, Set<Refinement> refinements) {
        this.random = new SplittableRandom(seed);
        this.settings = settings;
        this.refinements = refinements;
    }

    final class Node {
        Member member;
        final SwimCore swim;
        final OverlayCore overlay;
        final TreeMap<Origin, Node> links = new TreeMap<>();
        final TreeMap<Origin, MemberStatus> view = new TreeMap<>();
        final Map<ProtocolEvent, Long> noted = new EnumMap<>(ProtocolEvent.class);
        private final Deque<Runnable> inbox = new ArrayDeque<>();
        private final Deque<Runnable> outbox = new ArrayDeque<>();

        @Nullable JoinState joinState;

        boolean running = true;
        boolean leaveConfirmed;
        private boolean stalled;
        private boolean blocked;
        private boolean tickIsLate;

        Node(Member member) {
            this.member = member;
            this.swim = new SwimCore(member, settings, refinements, random.split(), time());
            this.overlay = new OverlayCore(member, overlaySettings, random.split());
        }

        Origin origin() {
            return member.origin();
        }

        /** Origins in the view. */
        TreeSet<Origin> present() {
            return new TreeSet<>(swim.present().keySet());
        }

        void relabel(Map<String, String> metadata) {
            step(() -> {
                member = member.withMetadata(metadata);
                swim.updateMetadata(metadata, time(), this::carryOut);
            });
        }

        /** Labels by the number of their member, as they are known here. */
        Map<String, Map<String, String>> labels() {
            Map<String, Map<String, String>> labels = new TreeMap<>();
            swim.present().values().forEach(known -> labels.put(known.name(), known.metadata()));
            return labels;
        }

        /** Its seeds are these from now on. */
        void seeds(Address... seeds) {
            step(() -> overlay.seeds(List.of(seeds), time(), this::carryOut));
        }

        void leave() {
            step(() -> {
                swim.leave(time(), this::carryOut);
                overlay.leave(this::carryOut);
            });
        }

        /** The process dies: connections are reset and its port is closed. */
        void kill() {
            running = false;
            for (Node peer : List.copyOf(links.values())) {
                links.remove(peer.origin());
                after(latency(), () -> peer.loseLink(this, LinkLoss.LOST));
            }
        }

        /**
         * The process stands still; its connections stay and what is sent to it waits. When it goes on, its timer, which is
         * late, goes off before or after what has waited is read.
         */
        void stall(Duration time) {
            stalled = true;
            after(time.toNanos(), () -> {
                stalled = false;
                boolean timerFirst = random.nextBoolean();
                if (timerFirst) {
                    lateTick();
                }
                run(inbox);
                lateTick();
            });
        }

        /** Its sends and receives block while its timers run: Lifeguard's anomaly. */
        void block(Duration time) {
            blocked = true;
            after(time.toNanos(), () -> {
                blocked = false;
                run(outbox);
                run(inbox);
            });
        }

        private void run(Deque<Runnable> held) {
            while (!held.isEmpty() && running) {
                held.poll().run();
            }
        }

        private void step(Runnable action) {
            if (!running) {
                return;
            }
            if (stalled || blocked) {
                inbox.add(action);
            } else {
                action.run();
            }
        }

        private void tick() {
            if (!running) {
                return;
            }
            tickIsLate = true;
            if (!stalled) {
                lateTick();
            }
            after(TICK.toNanos(), this::tick);
        }

        private void lateTick() {
            if (tickIsLate && running) {
                tickIsLate = false;
                swim.tick(time(), this::carryOut);
                overlay.tick(time(), this::carryOut);
            }
        }

        private void loseLink(Node peer, LinkLoss cause) {
            step(() -> {
                if (links.remove(peer.origin(), peer) || cause == LinkLoss.LOST) {
                    swim.linkDown(peer.origin(), cause, time(), this::carryOut);
                    overlay.linkDown(peer.origin(), cause, time(), this::carryOut);
                }
            });
        }

        private void carryOut(Effect effect) {
            if (effect instanceof Effect.Send send) {
                Node peer = links.get(send.to());
                if (peer != null && !wiring) {
                    framesSent++;
                    Runnable transmission = () -> transmit(this, peer, (MembershipFrame) send.frame());
                    if (blocked) {
                        outbox.add(transmission);
                    } else {
                        transmission.run();
                    }
                }
            } else if (effect instanceof Effect.Dial dial) {
                after(latency(), () -> connect(this, dial.address()));
            } else if (effect instanceof Effect.Close close && !mesh) {
                close(this, close.peer());
            } else if (effect instanceof Effect.MemberChanged changed) {
                Origin subject = changed.member().origin();
                view.put(subject, changed.status());
                boolean byAnother = accusations.byAnotherThan(origin(), subject);
                changes.add(new Change(clock(), this, subject, changed.status(), byAnother, seesAnotherAlive(subject)));
                overlay.memberChanged(changed.member(), changed.status(), time());
                overlay.settle(time(), this::carryOut);
            } else if (effect instanceof Effect.JoinChanged changed) {
                joinState = changed.state();
            } else if (effect instanceof Effect.LeaveConfirmed) {
                leaveConfirmed = true;
            } else if (effect instanceof Effect.Noted happened) {
                noted.merge(happened.event(), happened.count(), Long::sum);
            }
        }

        private boolean seesAnotherAlive(Origin subject) {
            return view.entrySet().stream()
                    .anyMatch(seen -> seen.getValue() == MemberStatus.ALIVE
                            && !seen.getKey().equals(subject)
                            && !seen.getKey().equals(origin()));
        }

        @Override
        public String toString() {
            return member.name();
        }
    }

    Node start(int number, long epoch, Address... seeds) {
        Member member = new Member(
                new Origin(new MemberId(0, number), epoch), "n" + number + "e" + epoch, address(number), "", Map.of());
        return start(member, seeds);
    }

    Node start(Member member, Address... seeds) {
        Node node = new Node(member);
        nodes.add(node);
        node.swim.join(time(), node::carryOut);
        node.overlay.join(List.of(seeds), false, time(), node::carryOut);
        after(random.nextLong(TICK.toNanos()), node::tick);
        return node;
    }

    /** Starts members 1 to n at once, all with the first as their seed. */
    List<Node> startAll(int n) {
        List<Node> started = new ArrayList<>();
        for (int i = 1; i <= n; i++) {
            started.add(start(i, 1, address(1)));
        }
        return started;
    }

    /** Members 1 to n that know each other and are linked each to each, for good: nobody dials. */
    List<Node> startMesh(int n) {
        mesh = true;
        wiring = true;
        List<Node> started = new ArrayList<>();
        for (int i = 1; i <= n; i++) {
            Member member = new Member(new Origin(new MemberId(0, i), 1), "n" + i, address(i), "", Map.of());
            started.add(new Node(member));
        }
        for (Node node : started) {
            for (Node peer : started) {
                if (peer != node) {
                    node.links.put(peer.origin(), peer);
                    node.swim.linkUp(peer.member, true, time(), node::carryOut);
                }
            }
            node.swim.join(time(), node::carryOut);
            after(random.nextLong(TICK.toNanos()), node::tick);
        }
        nodes.addAll(started);
        wiring = false;
        return started;
    }

    static Address address(int number) {
        return new Address("host", 7000 + number);
    }

    Time time() {
        return new Time(clock(), clock() / 1_000_000);
    }

    long clock() {
        return virtual.nanos();
    }

    /** Frames and handshakes between these no longer get through, in both directions. */
    void partition(BiPredicate<Node, Node> between) {
        cut = (a, b) -> between.test(a, b) || between.test(b, a);
        after(SILENT_AFTER.toNanos(), this::breakSilentLinks);
    }

    void heal() {
        cut = (a, b) -> false;
    }

    void run(Duration time) {
        virtual.run(time);
    }

    /** The running members. */
    List<Node> running() {
        return nodes.stream().filter(node -> node.running).toList();
    }

    /** Whether each running member that has not left sees exactly those. */
    boolean agreesOnEverybodyRunning() {
        List<Node> members = running().stream()
                .filter(node -> node.joinState != JoinState.LEFT)
                .toList();
        TreeSet<Origin> expected = new TreeSet<>();
        members.forEach(node -> expected.add(node.origin()));
        return members.stream()
                .allMatch(node -> node.present().equals(expected)
                        && node.view.entrySet().stream()
                                .allMatch(e -> e.getValue() != MemberStatus.SUSPECT
                                        && e.getValue().isPresent() == expected.contains(e.getKey())));
    }

    String views() {
        StringBuilder all = new StringBuilder();
        running().forEach(node -> all.append(node)
                .append(' ')
                .append(node.view)
                .append(" links ")
                .append(node.links.values())
                .append('\n'));
        return all.toString();
    }

    void transmit(Node from, Node to, MembershipFrame frame) {
        frame.rumors().forEach(accusations::heard);
        if (random.nextDouble() < loss || cut.test(from, to)) {
            return;
        }
        after(
                latency(),
                () -> to.step(() -> {
                    if (to.links.get(from.origin()) == from) {
                        to.swim.receive(from.origin(), frame, time(), to::carryOut);
                    }
                }));
    }

    private void connect(Node dialler, Address address) {
        Node target = running().stream()
                .filter(node -> node.member.address().equals(address))
                .findFirst()
                .orElse(null);
        if (target == null) {
            fail(dialler, address, DialFailure.CONNECTION_REFUSED, latency());
        } else if (cut.test(dialler, target) || target.stalled || dialler.stalled) {
            fail(dialler, address, DialFailure.TIMEOUT, DIAL_TIMEOUT.toNanos());
        } else if (refusal(target, dialler) != null) {
            fail(dialler, address, refusal(target, dialler), latency());
        } else if (dialler.links.containsKey(target.origin()) || target.links.containsKey(dialler.origin())) {
            fail(dialler, address, DialFailure.DUPLICATE, latency());
        } else if (dialler.running) {
            dialler.links.put(target.origin(), target);
            target.links.put(dialler.origin(), dialler);
            linkUp(dialler, target, address);
            linkUp(target, dialler, null);
        }
    }

    private static @Nullable DialFailure refusal(Node target, Node dialler) {
        DialFailure there = target.swim.judge(dialler.member);
        return there != null ? there : dialler.swim.judge(target.member);
    }

    private void linkUp(Node node, Node peer, @Nullable Address dialled) {
        node.step(() -> {
            node.swim.linkUp(peer.member, dialled != null, time(), node::carryOut);
            node.overlay.linkUp(peer.member, dialled, time(), node::carryOut);
        });
    }

    private void fail(Node dialler, Address address, DialFailure cause, long wait) {
        after(
                wait,
                () -> dialler.step(() -> {
                    dialler.swim.dialFailed(address, cause, time(), dialler::carryOut);
                    dialler.overlay.dialFailed(address, cause, time(), dialler::carryOut);
                }));
    }

    private void close(Node node, Origin peerOrigin) {
        Node peer = node.links.get(peerOrigin);
        if (peer != null) {
            after(0, () -> node.loseLink(peer, LinkLoss.LOCAL));
            after(latency(), () -> {
                if (peer.links.remove(node.origin(), node)) {
                    peer.loseLink(node, LinkLoss.LOST);
                }
            });
        }
    }

    private void breakSilentLinks() {
        for (Node a : running()) {
            for (Node b : List.copyOf(a.links.values())) {
                if (cut.test(a, b)) {
                    a.loseLink(b, LinkLoss.SILENT);
                    b.loseLink(a, LinkLoss.SILENT);
                }
            }
        }
    }

    private long latency() {
        return 200_000 + random.nextLong(800_000);
    }

    private void after(long nanos, Runnable action) {
        virtual.after(nanos, action);
    }
}
