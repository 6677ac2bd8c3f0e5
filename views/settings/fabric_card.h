// How the fabric drains, stops, heals and divides the machine. Edits go into the draft.
#pragma once

#include "views/settings/setting_row.h"
#include "views/settings/settings_draft.h"
#include "views/widgets/card.h"

#include <QList>

class QCheckBox;
class QSpinBox;

namespace slipway::views
{

class FabricCard : public Card
{
    Q_OBJECT

public:
    FabricCard(const Theme &theme, SettingsDraft &draft);

private:
    struct Field {
        QSpinBox *box = nullptr;
        SettingRow *row = nullptr;
        std::function<int(const v1::Settings &)> read;
        std::function<void(v1::Settings &, int)> write;
    };
    struct Text {
        QString object;
        QString name;
        QString meaning;
        QString unit;
        int lowest = 0;
        int highest = 0;
    };

    void addTimes();
    void addCrashRules();
    void addHosts();
    void addHistory();
    void addIsolation();
    Field &add(const Text &text, std::function<int(const v1::Settings &)> read,
               std::function<void(v1::Settings &, int)> write);
    void addHeading(const QString &title, const QString &note);
    void reload();
    void validate();

    const Theme &m_theme;
    SettingsDraft &m_draft;
    QList<Field> m_fields;
    SettingRow *m_fault_domains = nullptr;
    QCheckBox *m_no_isolation = nullptr;
};

} // namespace slipway::views
