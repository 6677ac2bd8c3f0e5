#include "backend/core/sizes.h"

#include "backend/core/core.h"

#include <array>

namespace slipway::core
{
namespace
{

constexpr std::array<SizeFacts, 65> kSizes = {{
    {"ExtraSmall", 1, 824633720ULL, 20, "A"},
    {"Small", 1, 1879048192ULL, 225, "A"},
    {"Medium", 2, 3758096384ULL, 490, "A"},
    {"Large", 4, 7516192768ULL, 1000, "A"},
    {"ExtraLarge", 8, 15032385536ULL, 2040, "A"},
    {"A5", 2, 15032385536ULL, 490, "A-memory"},
    {"A6", 4, 30064771072ULL, 1000, "A-memory"},
    {"A7", 8, 60129542144ULL, 2040, "A-memory"},
    {"A8", 8, 60129542144ULL, 1817, "A-compute"},
    {"A9", 16, 120259084288ULL, 1817, "A-compute"},
    {"A10", 8, 60129542144ULL, 1817, "A-compute"},
    {"A11", 16, 120259084288ULL, 1817, "A-compute"},
    {"Standard_A1_v2", 1, 2147483648ULL, 10, "Av2"},
    {"Standard_A2_v2", 2, 4294967296ULL, 20, "Av2"},
    {"Standard_A4_v2", 4, 8589934592ULL, 40, "Av2"},
    {"Standard_A8_v2", 8, 17179869184ULL, 80, "Av2"},
    {"Standard_A2m_v2", 2, 17179869184ULL, 20, "Av2"},
    {"Standard_A4m_v2", 4, 34359738368ULL, 40, "Av2"},
    {"Standard_A8m_v2", 8, 68719476736ULL, 80, "Av2"},
    {"Standard_D1", 1, 3758096384ULL, 50, "D"},
    {"Standard_D2", 2, 7516192768ULL, 100, "D"},
    {"Standard_D3", 4, 15032385536ULL, 200, "D"},
    {"Standard_D4", 8, 30064771072ULL, 400, "D"},
    {"Standard_D11", 2, 15032385536ULL, 100, "D"},
    {"Standard_D12", 4, 30064771072ULL, 200, "D"},
    {"Standard_D13", 8, 60129542144ULL, 400, "D"},
    {"Standard_D14", 16, 120259084288ULL, 800, "D"},
    {"Standard_D1_v2", 1, 3758096384ULL, 50, "Dv2"},
    {"Standard_D2_v2", 2, 7516192768ULL, 100, "Dv2"},
    {"Standard_D3_v2", 4, 15032385536ULL, 200, "Dv2"},
    {"Standard_D4_v2", 8, 30064771072ULL, 400, "Dv2"},
    {"Standard_D5_v2", 16, 60129542144ULL, 800, "Dv2"},
    {"Standard_D11_v2", 2, 15032385536ULL, 100, "Dv2"},
    {"Standard_D12_v2", 4, 30064771072ULL, 200, "Dv2"},
    {"Standard_D13_v2", 8, 60129542144ULL, 400, "Dv2"},
    {"Standard_D14_v2", 16, 120259084288ULL, 800, "Dv2"},
    {"Standard_D15_v2", 20, 150323855360ULL, 1000, "Dv2"},
    {"Standard_D2_v3", 2, 8589934592ULL, 50, "Dv3"},
    {"Standard_D4_v3", 4, 17179869184ULL, 100, "Dv3"},
    {"Standard_D8_v3", 8, 34359738368ULL, 200, "Dv3"},
    {"Standard_D16_v3", 16, 68719476736ULL, 400, "Dv3"},
    {"Standard_D32_v3", 32, 137438953472ULL, 800, "Dv3"},
    {"Standard_D64_v3", 64, 274877906944ULL, 1600, "Dv3"},
    {"Standard_E2_v3", 2, 17179869184ULL, 50, "Ev3"},
    {"Standard_E4_v3", 4, 34359738368ULL, 100, "Ev3"},
    {"Standard_E8_v3", 8, 68719476736ULL, 200, "Ev3"},
    {"Standard_E16_v3", 16, 137438953472ULL, 400, "Ev3"},
    {"Standard_E32_v3", 32, 274877906944ULL, 800, "Ev3"},
    {"Standard_E64_v3", 64, 463856467968ULL, 1600, "Ev3"},
    {"Standard_F1", 1, 2147483648ULL, 16, "F"},
    {"Standard_F2", 2, 4294967296ULL, 32, "F"},
    {"Standard_F4", 4, 8589934592ULL, 64, "F"},
    {"Standard_F8", 8, 17179869184ULL, 128, "F"},
    {"Standard_F16", 16, 34359738368ULL, 256, "F"},
    {"Standard_G1", 2, 30064771072ULL, 384, "G"},
    {"Standard_G2", 4, 60129542144ULL, 768, "G"},
    {"Standard_G3", 8, 120259084288ULL, 1536, "G"},
    {"Standard_G4", 16, 240518168576ULL, 3072, "G"},
    {"Standard_G5", 32, 481036337152ULL, 6144, "G"},
    {"Standard_H8", 8, 60129542144ULL, 1000, "H"},
    {"Standard_H16", 16, 120259084288ULL, 2000, "H"},
    {"Standard_H8m", 8, 120259084288ULL, 1000, "H"},
    {"Standard_H16m", 16, 240518168576ULL, 2000, "H"},
    {"Standard_H16r", 16, 120259084288ULL, 2000, "H"},
    {"Standard_H16mr", 16, 240518168576ULL, 2000, "H"},
}};

constexpr std::uint64_t kGiB = 1024ULL * 1024 * 1024;

} // namespace

const SizeFacts *findSize(std::string_view name)
{
    for (const SizeFacts &size : kSizes) {
        if (size.name == name)
            return &size;
    }
    return nullptr;
}

v1::VmSize sizeMessage(const SizeFacts &facts)
{
    v1::VmSize size;
    size.set_name(std::string(facts.name));
    size.set_cores(facts.cores);
    size.set_memory_bytes(facts.memory_bytes);
    size.set_local_disk_bytes(facts.local_disk_gib * kGiB);
    size.set_family(std::string(facts.family));
    return size;
}

std::vector<v1::VmSize> vmSizes(const v1::Settings &settings)
{
    std::vector<v1::VmSize> sizes;
    sizes.reserve(kSizes.size());
    for (const SizeFacts &facts : kSizes) {
        sizes.push_back(sizeMessage(facts));
        for (const v1::SizePrice &price : settings.prices()) {
            if (price.size() == facts.name)
                sizes.back().set_price_micros_per_hour(price.micros_per_hour());
        }
    }
    return sizes;
}

} // namespace slipway::core
