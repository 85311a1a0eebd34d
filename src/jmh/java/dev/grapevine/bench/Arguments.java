package dev.grapevine.bench;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Command-line arguments of the form {@code --name value}. */
public final class Arguments {

    private final Map<String, String> values = new TreeMap<>();

    public Arguments(String[] args) {
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (!args[i].startsWith("--")) {
                throw new IllegalArgumentException("Arguments are --name value pairs, not " + args[i]);
            }
            values.put(args[i].substring(2), args[i + 1]);
        }
    }

    public String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    public int number(String name, int otherwise) {
        return Integer.parseInt(values.getOrDefault(name, Integer.toString(otherwise)));
    }

    public int[] numbers(String name, String otherwise) {
        return Arrays.stream(values.getOrDefault(name, otherwise).split(","))
                .filter(number -> !number.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
