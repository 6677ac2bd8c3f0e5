// What comes out of HAProxy's command socket: the stream with its prompts, and each answer that the
// keeper reads. The first byte says which answer it is to be.
#include "backend/edge/runtime_client.h"
#include "backend/edge/statistics.h"

#include <cstdint>

using namespace slipway::edge;

namespace
{

void readStream(std::string_view bytes)
{
    AnswerReader reader;
    std::string answer;
    while (!bytes.empty()) {
        const std::size_t size =
            std::min<std::size_t>(bytes.size(), 1 + std::size_t(bytes[0] & 63));
        reader.feed(bytes.substr(0, size), answer);
        saysSuccess(answer);
        bytes.remove_prefix(size);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    switch (data[0] % 6) {
    case 0:
        parseStats(text);
        break;
    case 1:
        parseSessions(text);
        break;
    case 2:
        parseServersState(text);
        break;
    case 3:
        parseMap(text);
        break;
    case 4:
        infoNumber(text, "CurrConns");
        break;
    default:
        readStream(text);
    }
    return 0;
}
