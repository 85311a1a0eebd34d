package dev.grapevine.bench;

import reactor.core.scheduler.Schedulers;

/** Grapevine with subscribers that are called on the nodes' own threads, as those of bare RSocket are. */
final class ImmediateFanout extends GrapevineFanout {

    ImmediateFanout(Placement placement, Board board) {
        super(placement, board, topic -> topic.deliverOn(Schedulers.immediate()));
    }
}
