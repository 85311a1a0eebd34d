package dev.grapevine.runtime;

/** Text of others as it may stand in a log: what a stranger says of itself begins no line of its own there. */
final class Printable {

    private Printable() {}

    /**
     * Text without control characters.
     *
     * @param text whatever came over the wire
     * @return the same with a question mark for each control, format or separating character but the space
     */
    static String of(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().map(c -> isPrintable(c) ? c : '?').forEach(printable::appendCodePoint);
        return printable.toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
