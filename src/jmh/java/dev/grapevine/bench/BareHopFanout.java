package dev.grapevine.bench;

import reactor.core.scheduler.Schedulers;

/** Bare RSocket with subscribers on threads of their own, where they may block, as those of Grapevine are by default. */
final class BareHopFanout extends BareFanout {

    BareHopFanout(Placement placement, Board board) {
        super(placement, board, batches -> batches.publishOn(Schedulers.boundedElastic()));
    }
}
