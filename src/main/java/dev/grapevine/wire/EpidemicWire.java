package dev.grapevine.wire;

import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.EpidemicFrame.Answer;
import dev.grapevine.protocol.frame.EpidemicFrame.Name;
import dev.grapevine.protocol.frame.EpidemicFrame.Offer;
import dev.grapevine.protocol.frame.EpidemicFrame.Told;
import dev.grapevine.protocol.frame.EpidemicFrame.Verdict;
import dev.grapevine.protocol.frame.EpidemicFrame.Verdicts;
import java.util.List;

/** The bodies of the frames of epidemics. */
final class EpidemicWire {

    /** A block of a name of one letter, a count and an operation. */
    private static final int MIN_TOLD_BYTES = 3 + 2 + 1 + AntiEntropyWire.MIN_OPERATION_BYTES;

    /** A block of a name of one letter, a dot, a mark and a count. */
    private static final int MIN_VERDICT_BYTES = 3 + 2 + Values.MIN_DOT_BYTES + 1 + 1;

    private EpidemicWire() {}

    static void write(WireWriter out, EpidemicFrame frame) {
        if (frame instanceof Offer offer) {
            int body = out.open(FrameType.OFFER);
            out.writeBoolean(offer.asks());
            out.writeBoolean(offer.judges());
            writeRumors(out, offer.rumors());
            out.close(body);
        } else if (frame instanceof Answer answer) {
            int body = out.open(FrameType.ANSWER);
            out.writeBoolean(answer.judges());
            writeRumors(out, answer.rumors());
            writeVerdicts(out, answer.verdicts());
            out.close(body);
        } else if (frame instanceof Verdicts verdicts) {
            int body = out.open(FrameType.VERDICTS);
            writeVerdicts(out, verdicts.verdicts());
            out.close(body);
        }
    }

    static Offer readOffer(WireReader in) {
        boolean asks = in.readBoolean("asks");
        boolean judges = in.readBoolean("judges");
        return new Offer(readRumors(in), asks, judges);
    }

    static Answer readAnswer(WireReader in) {
        boolean judges = in.readBoolean("judges");
        List<Told> rumors = readRumors(in);
        return new Answer(rumors, readJudgements(in), judges);
    }

    static Verdicts readVerdicts(WireReader in) {
        return new Verdicts(readJudgements(in));
    }

    private static void writeRumors(WireWriter out, List<Told> rumors) {
        out.writeCount(rumors.size(), EpidemicFrame.MAX_RUMORS, "rumors");
        for (Told told : rumors) {
            int block = out.open();
            Values.writeName(out, told.store());
            out.writeCount(told.count(), EpidemicFrame.MAX_COUNT, "count");
            AntiEntropyWire.writeOperation(out, told.operation());
            out.close(block);
        }
    }

    private static List<Told> readRumors(WireReader in) {
        Told[] rumors = new Told[in.readCount(EpidemicFrame.MAX_RUMORS, MIN_TOLD_BYTES, "rumors")];
        for (int i = 0; i < rumors.length; i++) {
            int block = in.open("rumor");
            String store = Values.readName(in);
            int count = in.readInt(EpidemicFrame.MAX_COUNT, "count");
            rumors[i] = new Told(store, AntiEntropyWire.readOperation(in), count);
            in.close(block);
        }
        return Values.listOf(rumors);
    }

    private static void writeVerdicts(WireWriter out, List<Verdict> verdicts) {
        out.writeCount(verdicts.size(), EpidemicFrame.MAX_RUMORS, "verdicts");
        for (Verdict verdict : verdicts) {
            int block = out.open();
            Values.writeName(out, verdict.name().store());
            Values.writeDot(out, verdict.name().dot());
            out.writeBoolean(verdict.useful());
            out.writeCount(verdict.count(), EpidemicFrame.MAX_COUNT, "count");
            out.close(block);
        }
    }

    private static List<Verdict> readJudgements(WireReader in) {
        Verdict[] verdicts = new Verdict[in.readCount(EpidemicFrame.MAX_RUMORS, MIN_VERDICT_BYTES, "verdicts")];
        for (int i = 0; i < verdicts.length; i++) {
            int block = in.open("verdict");
            Name name = new Name(Values.readName(in), Values.readDot(in));
            boolean useful = in.readBoolean("useful");
            verdicts[i] = new Verdict(name, useful, in.readInt(EpidemicFrame.MAX_COUNT, "count"));
            in.close(block);
        }
        return Values.listOf(verdicts);
    }
}
