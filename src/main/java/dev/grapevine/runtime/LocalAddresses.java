package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Which address of this machine peers can dial. */
final class LocalAddresses {

    private LocalAddresses() {}

    /**
     * The address to tell peers.
     *
     * @param bound what is listened on, with the port in use
     * @param advertise what the user wants told, or null; its port 0 means the bound port
     * @return the address; for a wildcard bind the first address of an interface that is up, IPv4 and routable ones
     *     first, and the loopback if there is no other
     */
    static Address reachable(Address bound, @Nullable Address advertise) {
        if (advertise != null) {
            return advertise.port() == 0 ? new Address(advertise.host(), bound.port()) : advertise;
        }
        return isWildcard(bound.host()) ? new Address(firstOfMachine(), bound.port()) : bound;
    }

    private static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
    }

    private static String firstOfMachine() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(LocalAddresses::isUp)
                    .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .min(Comparator.comparing(address -> !(address instanceof Inet4Address)))
                    .map(InetAddress::getHostAddress)
                    .map(host -> host.replaceAll("%.*", ""))
                    .orElse("127.0.0.1");
        } catch (SocketException e) {
            throw new IllegalStateException(
                    "The addresses of this machine cannot be read; set the address to advertise", e);
        }
    }

    private static boolean isUp(NetworkInterface candidate) {
        try {
            return candidate.isUp();
        } catch (SocketException e) {
            return false; // it vanished while it was looked at
        }
    }
}
