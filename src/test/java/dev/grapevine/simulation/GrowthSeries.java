package dev.grapevine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sizes that were taken again and again: which of them grow. */
final class GrowthSeries {

    private final List<Map<String, Long>> samples = new ArrayList<>();

    void add(Map<String, Long> sizes) {
        samples.add(sizes);
    }

    /**
     * What is larger in the last third of the samples than in the third before by more than a tenth and so many elements
     * more. The first third is left out: what has a horizon fills up in it.
     */
    SortedMap<String, String> growing(long slack) {
        int third = samples.size() / 3;
        TreeSet<String> paths = new TreeSet<>();
        samples.forEach(sample -> paths.addAll(sample.keySet()));
        SortedMap<String, String> growing = new TreeMap<>();
        for (String path : paths) {
            List<Long> values = samples.stream()
                    .map(sample -> sample.getOrDefault(path, 0L))
                    .toList();
            double before = mean(values.subList(third, values.size() - third));
            double last = mean(values.subList(values.size() - third, values.size()));
            if (last > 1.1 * before + slack) {
                growing.put(path, values.toString());
            }
        }
        return growing;
    }

    private static double mean(List<Long> values) {
        return values.stream().mapToLong(value -> value).average().orElse(0);
    }
}
