package dev.grapevine.protocol.overlay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The graph that the neighbours of those who are alive form, and how it compares with a random one. */
final class OverlayShape {

    private final List<List<Integer>> adjacent = new ArrayList<>();
    private int oneSided;
    private int toTheDead;

    OverlayShape(SimulatedOverlay overlay) {
        List<Integer> alive = overlay.alive();
        Map<Integer, Integer> place = new HashMap<>();
        alive.forEach(member -> place.put(member, place.size()));
        List<Set<Integer>> held = new ArrayList<>();
        for (int member : alive) {
            Set<Integer> neighbours = new HashSet<>();
            for (int peer : overlay.neighbours(member)) {
                if (place.containsKey(peer)) {
                    neighbours.add(place.get(peer));
                } else {
                    toTheDead++;
                }
            }
            held.add(neighbours);
        }
        for (int member = 0; member < held.size(); member++) {
            List<Integer> both = new ArrayList<>();
            for (int peer : held.get(member)) {
                if (held.get(peer).contains(member)) {
                    both.add(peer);
                } else {
                    oneSided++;
                }
            }
            both.sort(null);
            adjacent.add(both);
        }
    }

    /** Neighbours that do not hold who holds them. */
    int oneSided() {
        return oneSided;
    }

    /** Neighbours that have failed. */
    int toTheDead() {
        return toTheDead;
    }

    int members() {
        return adjacent.size();
    }

    /** How many members have how many neighbours. */
    TreeMap<Integer, Integer> degrees() {
        TreeMap<Integer, Integer> degrees = new TreeMap<>();
        adjacent.forEach(neighbours -> degrees.merge(neighbours.size(), 1, Integer::sum));
        return degrees;
    }

    /** The share of the members that are in the largest connected component. */
    double connected() {
        boolean[] seen = new boolean[adjacent.size()];
        int largest = 0;
        for (int start = 0; start < seen.length; start++) {
            if (!seen[start]) {
                int size = 0;
                int[] distances = distancesFrom(start);
                for (int member = 0; member < seen.length; member++) {
                    seen[member] |= distances[member] >= 0;
                    size += distances[member] >= 0 ? 1 : 0;
                }
                largest = Math.max(largest, size);
            }
        }
        return largest / (double) adjacent.size();
    }

    /** The mean number of steps between two members, over all that can be reached from so many drawn ones. */
    double meanPath(int sources, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long steps = 0;
        long pairs = 0;
        for (int i = 0; i < sources; i++) {
            for (int distance : distancesFrom(random.nextInt(adjacent.size()))) {
                steps += Math.max(0, distance);
                pairs += distance > 0 ? 1 : 0;
            }
        }
        return steps / (double) pairs;
    }

    /** The mean share of the pairs of a member's neighbours that are neighbours of each other. */
    double clustering() {
        double sum = 0;
        for (List<Integer> neighbours : adjacent) {
            int pairs = 0;
            int closed = 0;
            for (int i = 0; i < neighbours.size(); i++) {
                for (int j = 0; j < i; j++) {
                    pairs++;
                    closed += adjacent.get(neighbours.get(i)).contains(neighbours.get(j)) ? 1 : 0;
                }
            }
            sum += pairs == 0 ? 0 : closed / (double) pairs;
        }
        return sum / adjacent.size();
    }

    private int[] distancesFrom(int start) {
        int[] distances = new int[adjacent.size()];
        Arrays.fill(distances, -1);
        ArrayDeque<Integer> open = new ArrayDeque<>(List.of(start));
        distances[start] = 0;
        while (!open.isEmpty()) {
            int member = open.remove();
            for (int peer : adjacent.get(member)) {
                if (distances[peer] < 0) {
                    distances[peer] = distances[member] + 1;
                    open.add(peer);
                }
            }
        }
        return distances;
    }
}
