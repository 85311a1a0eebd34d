package dev.grapevine.bench;

import java.io.IOException;
import java.util.Map;

/** {@link FanoutBenchmark} with Grapevine's peers beside it. */
public final class PeersBenchmark {

    private PeersBenchmark() {}

    /**
     * Runs the comparison.
     *
     * @param args as for {@link FanoutBenchmark}
     * @throws IOException if a process cannot be started
     */
    public static void main(String[] args) throws IOException {
        Map<String, String> kinds = FanoutBenchmark.ownKinds();
        kinds.put("ScaleCube", ScaleCubeFanout.class.getName());
        kinds.put("JGroups", JGroupsFanout.class.getName());
        kinds.put("Hazelcast ITopic", HazelcastTopicFanout.class.getName());
        kinds.put("Hazelcast reliable topic", HazelcastReliableTopicFanout.class.getName());
        kinds.put("Pekko pub/sub", PekkoFanout.class.getName());
        new FanoutBenchmark(kinds, new Arguments(args)).run();
    }
}
