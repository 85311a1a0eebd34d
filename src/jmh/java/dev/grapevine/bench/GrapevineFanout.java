package dev.grapevine.bench;

import dev.grapevine.Grapevine;
import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;

/** Grapevine with its defaults: a subscriber on each member. */
class GrapevineFanout implements Fanout {

    private final List<Grapevine> nodes = new ArrayList<>();
    private final Topic<Bytes> topic;

    GrapevineFanout(Placement placement, Board board) {
        this(placement, board, topic -> topic);
    }

    /** As subscribers see the topic. */
    GrapevineFanout(Placement placement, Board board, UnaryOperator<Topic<Bytes>> seen) {
        placement.here().forEach(member -> nodes.add(node(placement, board, seen, member)));
        topic = nodes.get(0).topic("load", Codecs.bytes());
        nodes.forEach(node -> node.views()
                .takeUntil(view -> view.size() == placement.members())
                .blockLast(PATIENCE));
    }

    private static Grapevine node(Placement placement, Board board, UnaryOperator<Topic<Bytes>> seen, int member) {
        Grapevine node = Grapevine.builder("bench")
                .bind(placement.address(member))
                .seeds(placement.address(0))
                .build();
        if (member > 0) {
            seen.apply(node.topic("load", Codecs.bytes()))
                    .messages(1 << 20, Overflow.ERROR)
                    .subscribe(
                            message -> board.arrived(member - 1, Numbered.number(message.value())),
                            Throwable::printStackTrace);
        }
        return node.start().block(PATIENCE);
    }

    @Override
    public void burst(byte[] message, int count) {
        Bytes payload = Bytes.wrap(message);
        topic.publishAll(Flux.range(0, count).map(i -> payload)).block(PATIENCE);
    }

    @Override
    public void publish(byte[] message) {
        topic.publish(Bytes.wrap(message)).subscribe();
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.stop().block(PATIENCE));
    }
}
