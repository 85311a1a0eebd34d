package dev.grapevine.transport.rsocket;

import dev.grapevine.membership.Address;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/** SRV records of DNS (RFC 2782), asked for through the JDK's own client, which follows the system's resolver settings. */
final class ServiceRecords {

    /** Most records that are taken from an answer. */
    static final int MAX_RECORDS = 256;

    private static final String SRV = "SRV";

    private ServiceRecords() {}

    /**
     * Looks a service up; blocks for up to a few seconds.
     *
     * @param service its full name
     * @param dns which servers to ask: {@code dns:} for the system's
     * @return host and port of each record, at least one, in the order of hosts and ports: priorities and weights are for
     *     load, and any seed is as good as another
     * @throws IOException if there is no such service, or no server answers
     */
    // Only the provider for DNS is asked, and only for text: nothing is deserialised. Its signature wants the old
    // table.
    @SuppressWarnings({"BanJNDI", "JdkObsolete"})
    static List<Address> lookUp(String service, String dns) throws IOException {
        Hashtable<String, String> settings = new Hashtable<>();
        settings.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
        settings.put("java.naming.provider.url", dns);
        settings.put("com.sun.jndi.dns.timeout.initial", "1000");
        settings.put("com.sun.jndi.dns.timeout.retries", "2");
        try {
            DirContext context = new InitialDirContext(settings);
            try {
                return records(
                        service,
                        context.getAttributes(service, new String[] {SRV}).get(SRV));
            } finally {
                context.close();
            }
        } catch (NamingException e) {
            UnknownHostException failed = new UnknownHostException("No service " + service + ": " + e);
            failed.initCause(e);
            throw failed;
        }
    }

    private static List<Address> records(String service, Attribute found) throws NamingException, UnknownHostException {
        List<Address> hosts = new ArrayList<>();
        if (found != null) {
            NamingEnumeration<?> records = found.getAll();
            while (records.hasMore() && hosts.size() < MAX_RECORDS) {
                hosts.add(record(service, String.valueOf(records.next())));
            }
        }
        if (hosts.isEmpty()) {
            throw new UnknownHostException("No service " + service + ": it has no SRV records");
        }
        Collections.sort(hosts);
        return hosts;
    }

    /** {@code priority weight port target}, where the target may end with the dot of the root. */
    private static Address record(String service, String text) throws UnknownHostException {
        String[] fields = text.trim().split("\\s+");
        try {
            String target = fields[3].endsWith(".") ? fields[3].substring(0, fields[3].length() - 1) : fields[3];
            return new Address(target, Integer.parseInt(fields[2]));
        } catch (RuntimeException e) {
            UnknownHostException malformed =
                    new UnknownHostException("Service " + service + " has a record '" + text + "'");
            malformed.initCause(e);
            throw malformed;
        }
    }
}
