package dev.grapevine.bench;

import java.util.List;
import java.util.Locale;

/** What contenders measured, a row each, as Markdown; in brackets the ratio to the reference. */
record FanoutTable(int[] sizes, int[] rates) {

    /** The contender that the ratios are to. */
    static final String REFERENCE = "bare RSocket";

    private static final double[] QUANTILES = {0.5, 0.99};

    String of(List<Contender> contenders) {
        Contender reference = contenders.stream()
                .filter(contender -> contender.name().equals(REFERENCE))
                .findFirst()
                .orElse(contenders.get(0));
        StringBuilder table = new StringBuilder("| |");
        for (int bytes : sizes) {
            table.append(" 1,000 msg/s of %d B | processor ns a message |".formatted(bytes));
        }
        for (int rate : rates) {
            table.append(" µs at %d msg/s: p50 | p99 |".formatted(rate));
        }
        table.append("\n|")
                .append("---|".repeat(1 + 2 * sizes.length + 2 * rates.length))
                .append('\n');
        contenders.forEach(contender -> table.append(row(contender, reference)));
        return table.toString();
    }

    private String row(Contender contender, Contender reference) {
        StringBuilder row = new StringBuilder("| " + contender.name() + " |");
        for (int bytes : sizes) {
            row.append(cell(contender.burstRate(bytes) / 1e3, reference.burstRate(bytes) / 1e3));
            row.append(cell(contender.processorNanos(bytes), reference.processorNanos(bytes)));
        }
        for (int rate : rates) {
            for (double quantile : QUANTILES) {
                row.append(cell(
                        contender.latencyNanos(rate, quantile) / 1e3, reference.latencyNanos(rate, quantile) / 1e3));
            }
        }
        if (!contender.trouble().isEmpty()) {
            row.append(' ').append(contender.trouble());
        }
        return row.append('\n').toString();
    }

    private static String cell(double value, double reference) {
        if (Double.isNaN(value)) {
            return " – |";
        }
        String form = value < 100 ? " %,.1f (%.2f) |" : " %,.0f (%.2f) |";
        return String.format(Locale.ROOT, form, value, value / reference);
    }
}
