package dev.grapevine.spring;

import java.net.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells people what to do about a port that could not be bound. */
final class GrapevineBindFailureAnalyzer extends AbstractFailureAnalyzer<GrapevineBindException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, GrapevineBindException cause) {
        String action = findCause(cause, BindException.class) != null
                ? "Stop what listens on that port, or set 'grapevine.bind' to another address; "
                        + "with port 0 any free port is taken."
                : "Set 'grapevine.bind' to an address of this machine as host:port, such as 0.0.0.0:7946.";
        return new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause);
    }
}
