package dev.grapevine.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.pubsub.DistributedPubSub;
import org.apache.pekko.cluster.pubsub.DistributedPubSubMediator;

/**
 * Pekko's distributed publish-subscribe over Artery's TCP transport, messages as raw bytes. It drops what a remote queue does
 * not hold; the window is below its size, which is raised.
 */
final class PekkoFanout implements Fanout {

    private static final int UNDER_WAY = 8_192;
    private static final int LOOK_EVERY = 64;

    private final List<ActorSystem> systems = new ArrayList<>();
    private final Board board;
    private final ActorRef mediator;

    PekkoFanout(Placement placement, Board board) {
        this.board = board;
        placement.here().forEach(member -> {
            ActorSystem system = ActorSystem.create("bench", config(placement, member));
            systems.add(system);
            ActorRef own = DistributedPubSub.get(system).mediator();
            if (member > 0) {
                system.actorOf(Props.create(Subscriber.class, () -> new Subscriber(board, own, member - 1)));
            }
        });
        mediator = DistributedPubSub.get(systems.get(0)).mediator();
        while (Cluster.get(systems.get(0)).readView().members().size() < placement.members()) {
            Thread.onSpinWait();
        }
    }

    private static Config config(Placement placement, int member) {
        return ConfigFactory.parseString("""
                pekko {
                  loglevel = OFF
                  stdout-loglevel = OFF
                  log-dead-letters = off
                  actor.provider = cluster
                  remote.artery {
                    transport = tcp
                    canonical.hostname = "%s"
                    canonical.port = %d
                    advanced.outbound-message-queue-size = 16384
                  }
                  cluster.seed-nodes = ["pekko://bench@%s"]
                  cluster.jmx.enabled = off
                }
                """.formatted(Placement.HOST, placement.port(member), placement.address(0)))
                .withFallback(ConfigFactory.load());
    }

    private static final class Subscriber extends AbstractActor {

        private final Board board;
        private final int receiver;

        Subscriber(Board board, ActorRef mediator, int receiver) {
            this.board = board;
            this.receiver = receiver;
            mediator.tell(new DistributedPubSubMediator.Subscribe("load", getSelf()), getSelf());
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(byte[].class, message -> board.arrived(receiver, Numbered.number(message, 0)))
                    .build();
        }
    }

    @Override
    public void burst(byte[] message, int count) {
        Window window = new Window(board, count, UNDER_WAY);
        for (int i = 0; i < count; i++) {
            if (i % LOOK_EVERY == 0) {
                window.await(i);
            }
            publish(message);
        }
    }

    @Override
    public void publish(byte[] message) {
        mediator.tell(new DistributedPubSubMediator.Publish("load", message), ActorRef.noSender());
    }

    @Override
    public void close() {
        systems.forEach(ActorSystem::terminate);
    }
}
