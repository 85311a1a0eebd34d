package dev.grapevine.simulation;

import java.util.ArrayList;
import java.util.List;

/** The trace hashes of a few runs, one a line; also as a program, for another JVM. */
final class TraceHashes {

    private TraceHashes() {}

    static List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (long seed = 1; seed <= 5; seed++) {
            lines.add("core " + seed + " "
                    + Long.toHexString(CoreSimulationTest.run(seed).traceHash()));
        }
        for (long seed = 1; seed <= 3; seed++) {
            lines.add("pipeline " + seed + " "
                    + Long.toHexString(PipelineSimulationTest.run(seed).traceHash()));
        }
        return lines;
    }

    public static void main(String[] args) {
        lines().forEach(System.out::println);
    }
}
