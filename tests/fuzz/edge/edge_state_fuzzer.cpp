// The keeper's own file, which a full disk or another program may have spoiled: what is read from
// it can be written and read again without a difference.
#include "backend/edge/files.h"

#include <cstdint>

using namespace slipway::edge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const KeeperState state = parseState(std::string(reinterpret_cast<const char *>(data), size));
    const std::string written = writeState(state);
    if (writeState(parseState(written)) != written)
        __builtin_trap();
    return 0;
}
