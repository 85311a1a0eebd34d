package dev.grapevine.bench;

import com.hazelcast.config.Config;
import com.hazelcast.config.TopicConfig;

/**
 * Hazelcast's {@code ITopic}, ordered by publisher, without statistics. A publish call tells each member that listens and does
 * not wait for it, and what is too much for a listener's queue is dropped: the window is below that.
 */
final class HazelcastTopicFanout implements Fanout {

    private static final int UNDER_WAY = 8_192;
    private static final int LOOK_EVERY = 64;

    private final Hazelcasts members;
    private final Board board;

    HazelcastTopicFanout(Placement placement, Board board) {
        this.board = board;
        TopicConfig topic =
                new TopicConfig("load").setGlobalOrderingEnabled(false).setStatisticsEnabled(false);
        members = new Hazelcasts(
                placement,
                board,
                new Config().addTopicConfig(topic),
                instance -> instance.getTopic("load"),
                (load, receiver) -> load.addMessageListener(receiver::accept));
    }

    @Override
    public void burst(byte[] message, int count) {
        Window window = new Window(board, count, UNDER_WAY);
        for (int i = 0; i < count; i++) {
            if (i % LOOK_EVERY == 0) {
                window.await(i);
            }
            members.topic().publish(message);
        }
    }

    @Override
    public void publish(byte[] message) {
        members.topic().publish(message);
    }

    @Override
    public void close() {
        members.close();
    }
}
