package dev.grapevine.transport.rsocket;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.LinkRefusedException;
import dev.grapevine.wire.Hello;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Tells the kinds of failure apart. */
final class DialFailures {

    private DialFailures() {}

    /** Whatever went wrong with a dial, as the one exception that is promised. */
    static LinkRefusedException refused(Address address, Throwable error) {
        if (error instanceof LinkRefusedException already) {
            return already;
        }
        DialFailure failure = of(error);
        return new LinkRefusedException(failure, "No link to " + address + ": " + describe(failure, error), error);
    }

    private static String describe(DialFailure failure, Throwable error) {
        return switch (failure) {
            case CONNECTION_REFUSED -> "nothing listens there";
            case TIMEOUT -> "no answer in time";
            default -> String.valueOf(error.getMessage());
        };
    }

    /** What is wrong with a peer, for people. */
    static String describe(DialFailure failure, Hello remote) {
        String who = remote.member() + " of cluster '" + remote.cluster() + "'";
        return switch (failure) {
            case FOREIGN_CLUSTER -> who + " belongs to another cluster";
            case WRONG_VERSION ->
                who + " speaks versions " + remote.minVersion() + " to " + remote.version() + ", none of ours";
            case SELF -> who + " is this member itself";
            case SUPERSEDED ->
                who + " is superseded: a later life of its id, or another member at its address, is known";
            case PREDECESSOR -> who + " has the id of this member, which started earlier and still runs";
            case DUPLICATE -> who + " has a link already";
            default -> who + " is not admitted now: " + failure;
        };
    }

    /** Only a refusal by the host itself is one: it is taken as evidence that the process is gone. */
    static DialFailure of(Throwable error) {
        if (error instanceof ConnectTimeoutException || error instanceof TimeoutException) {
            return DialFailure.TIMEOUT;
        }
        if (error instanceof ConnectException) {
            String message = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
            return message.contains("timed out") ? DialFailure.TIMEOUT : DialFailure.CONNECTION_REFUSED;
        }
        return error instanceof UnknownHostException || error instanceof SocketException
                ? DialFailure.UNREACHABLE
                : DialFailure.NOT_A_PEER;
    }

    static boolean isConnectionRefused(Throwable error) {
        return of(error) == DialFailure.CONNECTION_REFUSED;
    }

    /**
     * Under which reason a refusal is counted.
     *
     * @return null for one that is not, since it is nobody's fault: a member that finds itself among its seeds
     */
    static @Nullable RejectReason counted(DialFailure failure) {
        return switch (failure) {
            case FOREIGN_CLUSTER -> RejectReason.FOREIGN_CLUSTER;
            case WRONG_VERSION -> RejectReason.WRONG_VERSION;
            case DUPLICATE -> RejectReason.DUPLICATE_LINK;
            case SUPERSEDED, PREDECESSOR -> RejectReason.SUPERSEDED;
            case NOT_READY -> RejectReason.NOT_READY;
            case SELF -> null;
            case NOT_A_PEER, CONNECTION_REFUSED, TIMEOUT, UNREACHABLE -> RejectReason.MALFORMED_FRAME;
        };
    }
}
