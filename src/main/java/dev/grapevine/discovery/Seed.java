package dev.grapevine.discovery;

import dev.grapevine.membership.Address;

/** One entry of a list of seeds, which may stand for many members. */
public sealed interface Seed {

    /** What marks a service of DNS in the text form. */
    String SERVICE_PREFIX = "srv:";

    /**
     * A host and port. Every IPv4 and IPv6 address of the host is a seed.
     *
     * @param address the host and the port
     */
    record Host(Address address) implements Seed {

        /**
         * Checks the port.
         *
         * @throws IllegalArgumentException if the port is 0, which nobody can be reached at
         */
        public Host {
            if (address.port() == 0) {
                throw new IllegalArgumentException("Not a port to reach anybody at: 0 in '" + address + "'");
            }
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }

    /**
     * A service of DNS (RFC 2782). Each of its SRV records names a host and a port, of which every address is a seed.
     *
     * @param name the full name of the service, such as {@code _gossip._tcp.orders.default.svc.cluster.local}
     */
    record Service(String name) implements Seed {

        /**
         * Checks the name.
         *
         * @throws IllegalArgumentException if it is blank, contains white space, or is longer than a name in DNS can be
         */
        public Service {
            if (name.isBlank()
                    || name.length() > Address.MAX_HOST_LENGTH
                    || name.chars().anyMatch(Character::isWhitespace)) {
                throw new IllegalArgumentException("Not the name of a service: '" + name + "'");
            }
        }

        @Override
        public String toString() {
            return SERVICE_PREFIX + name;
        }
    }

    /**
     * Reads {@code host}, {@code host:port}, {@code [ipv6]:port} or {@code srv:name}.
     *
     * @param text one seed
     * @param defaultPort port where the text names none
     * @return the seed
     * @throws IllegalArgumentException if it is none; the message says what is wrong with it
     */
    static Seed parse(String text, int defaultPort) {
        String trimmed = text.trim();
        if (trimmed.startsWith(SERVICE_PREFIX)) {
            return new Service(trimmed.substring(SERVICE_PREFIX.length()));
        }
        return new Host(Address.parse(trimmed, defaultPort));
    }
}
