// slipway-pack FOLDER OUTPUT.cspkg: what the build packs its samples with.
#include "backend/packages/package_writer.h"

#include <iostream>

int main(int count, char **arguments)
{
    if (count != 3) {
        std::cerr << "usage: slipway-pack FOLDER OUTPUT.cspkg\n";
        return 2;
    }
    const auto packed = slipway::packages::packFolder(arguments[1], arguments[2]);
    if (packed)
        return 0;
    std::cerr << "slipway-pack: " << packed.error().message() << '\n';
    for (const auto &problem : packed.error().problems())
        std::cerr << problem.file() << ':' << problem.line() << ':' << problem.column() << ": "
                  << problem.message() << '\n';
    return 1;
}
