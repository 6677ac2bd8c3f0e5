// The fabric's settings as a person edits them: one command with the etag of what was seen. While
// nothing is edited it follows the fabric.
#pragma once

#include "models/session/session.h"
#include "views/widgets/page_context.h"

#include <QHash>
#include <QObject>
#include <functional>

namespace slipway::views
{

class SettingsDraft : public QObject
{
    Q_OBJECT

public:
    explicit SettingsDraft(PageContext &context);

    const v1::Settings &value() const { return m_value; }
    const v1::Settings &base() const { return m_base; }
    void edit(const std::function<void(v1::Settings &)> &change);
    // What a field cannot take, by the field's name; empty: it is fine again.
    void setProblem(const QString &field, const QString &problem);

    bool isKnown() const { return m_known; } // the fabric's settings have arrived
    bool isDirty() const;
    bool isSaving() const { return m_saving; }
    bool isOvertaken() const { return m_overtaken; } // somebody else changed them meanwhile
    bool canSave() const;
    QString problem() const;     // the first field's, or what the fabric said; empty: none
    QStringList changes() const; // "Drain limit", ...

    void save();
    void discard(); // back to what the fabric has now

Q_SIGNALS:
    void reloaded(); // the fields shall show value() anew
    void changed();  // dirty, saving, problem

private:
    void onStoreChanged();
    void load();
    void onAnswer(const Result<v1::CommandReply> &reply);

    PageContext &m_context;
    v1::Settings m_base;
    v1::Settings m_value;
    QHash<QString, QString> m_problems;
    QString m_refusal;
    bool m_known = false;
    bool m_saving = false;
    bool m_overtaken = false;
};

} // namespace slipway::views
