// Which operations are shown: by words, state, service and kind.
#pragma once

#include "models/operations/operation_model.h"
#include "views/theme/theme.h"

#include <QWidget>

class QComboBox;

namespace slipway::views
{

class DataTable;
class SearchField;
class SegmentedControl;

class OperationFilters : public QWidget
{
    Q_OBJECT

public:
    OperationFilters(const Theme &theme, const models::FabricStore &store,
                     const models::OperationModel &model);

    void filter(DataTable &table);
    void focusText();
    void clear();
    void setState(int index); // 0 all, 1 running, 2 succeeded, 3 failed or cancelled
    void setService(const QString &name);
    // Services and kinds that occur now.
    void updateChoices();

private:
    void connectControls();
    void apply();
    bool accepts(const v1::Operation &operation) const;

    const models::FabricStore &m_store;
    const models::OperationModel &m_model;
    DataTable *m_table = nullptr;
    SearchField *m_text;
    SegmentedControl *m_state;
    QComboBox *m_service;
    QComboBox *m_kind;
};

} // namespace slipway::views
