package dev.grapevine.bench;

import com.hazelcast.config.Config;
import com.hazelcast.config.ReliableTopicConfig;
import com.hazelcast.config.RingbufferConfig;
import com.hazelcast.topic.Message;
import com.hazelcast.topic.ReliableMessageListener;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Hazelcast's reliable topic: a ringbuffer of 65,536 messages without backup, published to and read in batches of up to 1,000,
 * without statistics. Messages that are overwritten before they were read would be lost: the window is below that.
 */
final class HazelcastReliableTopicFanout implements Fanout {

    private static final int RING = 65_536;
    private static final int BATCH = 1_000;

    private final Hazelcasts members;
    private final Board board;

    HazelcastReliableTopicFanout(Placement placement, Board board) {
        this.board = board;
        Config config = new Config()
                .addRingBufferConfig(
                        new RingbufferConfig("load").setCapacity(RING).setBackupCount(0))
                .addReliableTopicConfig(
                        new ReliableTopicConfig("load").setReadBatchSize(BATCH).setStatisticsEnabled(false));
        members = new Hazelcasts(
                placement,
                board,
                config,
                instance -> instance.getReliableTopic("load"),
                (load, receiver) -> load.addMessageListener(new Listener(receiver)));
    }

    @Override
    public void burst(byte[] message, int count) {
        Window window = new Window(board, count, RING / 2);
        CompletionStage<Void> before = null;
        for (int done = 0; done < count; done += BATCH) {
            window.await(done + BATCH);
            List<byte[]> batch = Collections.nCopies(Math.min(BATCH, count - done), message);
            CompletionStage<Void> next = members.topic().publishAllAsync(batch);
            if (before != null) {
                before.toCompletableFuture().join(); // two batches under way, in order
            }
            before = next;
        }
    }

    @Override
    public void publish(byte[] message) {
        members.topic().publishAsync(message);
    }

    @Override
    public void close() {
        members.close();
    }

    private record Listener(Consumer<Message<byte[]>> receiver) implements ReliableMessageListener<byte[]> {

        @Override
        public void onMessage(Message<byte[]> message) {
            receiver.accept(message);
        }

        @Override
        public long retrieveInitialSequence() {
            return -1;
        }

        @Override
        public void storeSequence(long sequence) {}

        @Override
        public boolean isLossTolerant() {
            return false;
        }

        @Override
        public boolean isTerminal(Throwable failure) {
            return true;
        }
    }
}
