package dev.grapevine.protocol.dissemination;

/** How many more requests may go out before the next tick, of all streams together. */
final class RequestAllowance {

    private int left = Limits.REQUESTS_PER_TICK;

    void renew() {
        left = Limits.REQUESTS_PER_TICK;
    }

    boolean isEmpty() {
        return left == 0;
    }

    int left() {
        return left;
    }

    /** Takes one; false if none is left. */
    boolean take() {
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
