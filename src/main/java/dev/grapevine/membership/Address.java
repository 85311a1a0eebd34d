package dev.grapevine.membership;

import java.util.regex.Pattern;

/**
 * Where a member listens. The host is a name or a literal address and is resolved each time it is dialled, never
 * earlier.
 *
 * @param host a host name or an IPv4 or IPv6 literal without brackets, 1 to 255 characters
 * @param port 1 to 65535; 0 only in an address to bind, where it asks for any free port
 */
public record Address(String host, int port) implements Comparable<Address> {

    /** Longest host that an address can have, in characters. */
    public static final int MAX_HOST_LENGTH = 255;

    /** A name without anything that only a list or an address with a port has; or, with colons, an IPv6 literal. */
    private static final Pattern IS_HOST =
            Pattern.compile("[^\\s,:/\\[\\]]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[^\\s,:/]+)?");

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the host is blank or too long, contains white space, a comma or a slash, or
     *     contains a colon and is no IPv6 literal; or if the port is out of range
     */
    public Address {
        if (host.isBlank()
                || host.length() > MAX_HOST_LENGTH
                || !IS_HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("Not a host: '" + host + "'");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("Not a port: " + port);
        }
    }

    /**
     * Reads {@code host:port}, {@code [ipv6]:port}, or a host alone, which gets the default port.
     *
     * @param text the address
     * @param defaultPort port where the text names none
     * @return the address
     * @throws IllegalArgumentException if the text is no address; the message says what is wrong with it
     */
    public static Address parse(String text, int defaultPort) {
        String trimmed = text.trim();
        int bracket = trimmed.lastIndexOf(']');
        int colon = trimmed.lastIndexOf(':');
        if (trimmed.startsWith("[") && bracket > 0) {
            String rest = trimmed.substring(bracket + 1);
            if (!rest.isEmpty() && !rest.startsWith(":")) {
                throw new IllegalArgumentException("Not an address: '" + text + "'");
            }
            return new Address(
                    trimmed.substring(1, bracket), rest.isEmpty() ? defaultPort : parsePort(text, rest.substring(1)));
        }
        boolean bareIpv6 = colon >= 0 && trimmed.indexOf(':') != colon;
        if (colon < 0 || bareIpv6) {
            return new Address(trimmed, defaultPort);
        }
        return new Address(trimmed.substring(0, colon), parsePort(text, trimmed.substring(colon + 1)));
    }

    private static int parsePort(String text, String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Not a port: '" + digits + "' in '" + text + "'", e);
        }
    }

    @Override
    public int compareTo(Address other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
