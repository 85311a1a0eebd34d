package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

/**
 * In how many seeds something happened. A test over seeds is worth what its seeds go through, so that is asserted too.
 */
final class Happened {

    private final Map<String, Integer> seeds = new TreeMap<>();
    private int all;

    synchronized void seed() {
        all++;
    }

    synchronized void count(String what, boolean happened) {
        seeds.merge(what, happened ? 1 : 0, Integer::sum);
    }

    /** Holds only for whole batches: a single seed that is run again need not show everything. */
    synchronized void inAtLeast(double share, String what) {
        if (all > 1) {
            assertThat(seeds.get(what))
                    .as("seeds in which %s, of %s: %s", what, all, seeds)
                    .isGreaterThanOrEqualTo((int) (share * all));
        }
    }
}
